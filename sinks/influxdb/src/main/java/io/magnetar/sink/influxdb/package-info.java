/** A Pulsar IO sink that writes points to InfluxDB and to what speaks its line protocol over HTTP. */
@NullMarked
package io.magnetar.sink.influxdb;

import org.jspecify.annotations.NullMarked;
