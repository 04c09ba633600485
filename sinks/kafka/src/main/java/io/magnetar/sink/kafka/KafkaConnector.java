package io.magnetar.sink.kafka;

import io.magnetar.sink.start.ReportingSink;

/** The sink for Kafka as Pulsar runs it. */
public final class KafkaConnector extends ReportingSink {
    public KafkaConnector() {
        super(KafkaSink::new);
    }
}
