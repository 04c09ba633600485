/** The Pulsar protocol handler, and the wiring of all that runs inside a broker. */
@NullMarked
package io.magnetar.mqtt.plugin;

import org.jspecify.annotations.NullMarked;
