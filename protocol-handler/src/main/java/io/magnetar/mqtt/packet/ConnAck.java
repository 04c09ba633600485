package io.magnetar.mqtt.packet;

import org.jspecify.annotations.Nullable;

/**
 * CONNACK, MQTT 5.0 section 3.2. All but the first two mean something in MQTT 5 only.
 *
 * @param assignedClientId the client identifier that the server chose, or null
 * @param sessionExpirySeconds the session expiry interval in force when it is not the one asked for, else -1
 * @param receiveMaximum how many QoS 1 and 2 publishes the server takes at once
 * @param maximumPacketSize the largest packet that the server takes, in bytes
 * @param reason a reason string, or null
 */
public record ConnAck(
        boolean sessionPresent,
        ReasonCode reasonCode,
        @Nullable String assignedClientId,
        long sessionExpirySeconds,
        int receiveMaximum,
        int maximumPacketSize,
        @Nullable String reason) {
    /** No session expiry interval to send: the one asked for is in force. */
    public static final long AS_ASKED = -1;

    /** A refusal. */
    public static ConnAck refused(ReasonCode code, String reason) {
        return new ConnAck(false, code, null, AS_ASKED, 0, 0, reason);
    }
}
