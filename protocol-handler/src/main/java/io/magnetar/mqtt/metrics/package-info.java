/** The broker's metrics, in the text format that Prometheus reads. */
@NullMarked
package io.magnetar.mqtt.metrics;

import org.jspecify.annotations.NullMarked;
