package io.magnetar.sink.influxdb;

import io.magnetar.sink.start.ReportingSink;

/** The sink for InfluxDB and its kin as Pulsar runs it. */
public final class InfluxdbConnector extends ReportingSink {
    public InfluxdbConnector() {
        super(InfluxdbSink::new);
    }
}
