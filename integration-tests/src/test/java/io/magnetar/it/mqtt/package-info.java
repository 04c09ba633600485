/** What clients of the MQTT server see, with a real Pulsar behind it. */
@NullMarked
package io.magnetar.it.mqtt;

import org.jspecify.annotations.NullMarked;
