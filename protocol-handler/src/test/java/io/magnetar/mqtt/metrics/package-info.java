/** Tests of the metrics. */
@NullMarked
package io.magnetar.mqtt.metrics;

import org.jspecify.annotations.NullMarked;
