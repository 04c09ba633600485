/** Bytes to packets and packets to bytes: MQTT 3.1.1 and 5.0. */
@NullMarked
package io.magnetar.mqtt.codec;

import org.jspecify.annotations.NullMarked;
