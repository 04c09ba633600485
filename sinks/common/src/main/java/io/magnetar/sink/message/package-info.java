/** A Pulsar message as sinks see it: MQTT's names over the layout that Magnetar writes. */
@NullMarked
package io.magnetar.sink.message;

import org.jspecify.annotations.NullMarked;
