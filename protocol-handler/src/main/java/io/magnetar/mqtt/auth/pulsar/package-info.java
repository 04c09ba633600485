/** Clients that the broker's own authentication providers know: what opens MQTT opens the Pulsar API too. */
@NullMarked
package io.magnetar.mqtt.auth.pulsar;

import org.jspecify.annotations.NullMarked;
