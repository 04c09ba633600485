/** The MQTT control packets that a client sends, and the vocabulary both directions share: types, versions, reason codes. */
@NullMarked
package io.magnetar.mqtt.packet;

import org.jspecify.annotations.NullMarked;
