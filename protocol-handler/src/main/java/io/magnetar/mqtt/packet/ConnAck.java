package io.magnetar.mqtt.packet;

import org.jspecify.annotations.Nullable;

/**
 * CONNACK, MQTT 5.0 section 3.2. All but the first two mean something in MQTT 5 only.
 *
 * @param terms what holds on the connection; null in a refusal
 * @param authentication the last step of enhanced authentication, or null
 * @param reason a reason string, or null
 */
public record ConnAck(
        boolean sessionPresent,
        ReasonCode reasonCode,
        @Nullable Terms terms,
        @Nullable Authentication authentication,
        @Nullable String reason) {

    /** What was asked for is in force. */
    public static final long AS_ASKED = -1;

    /** The same, telling whether there was a session. */
    public ConnAck withSession(boolean present) {
        return new ConnAck(present, reasonCode, terms, authentication, reason);
    }

    /** A refusal. */
    public static ConnAck refused(ReasonCode code, @Nullable String reason) {
        return new ConnAck(false, code, null, null, reason);
    }

    /** Without the reason string, for a client that takes small packets only. */
    public ConnAck withoutReason() {
        return new ConnAck(sessionPresent, reasonCode, terms, authentication, null);
    }

    /**
     * What holds on a connection that was accepted.
     *
     * @param assignedClientId the client identifier that the server chose, or null
     * @param sessionExpirySeconds the session expiry interval in force, or {@link #AS_ASKED}
     * @param keepAliveSeconds the keep-alive in force, or {@link #AS_ASKED}
     * @param receiveMaximum how many QoS 1 and 2 publishes the server takes at once
     * @param maximumPacketSize the largest packet that the server takes, in bytes
     * @param topicAliasMaximum the highest topic alias that the server takes, 0 for none
     * @param retainAvailable whether the server retains messages
     * @param responseInformation where the client may let responses be sent, or null
     */
    public record Terms(
            @Nullable String assignedClientId,
            long sessionExpirySeconds,
            long keepAliveSeconds,
            int receiveMaximum,
            int maximumPacketSize,
            int topicAliasMaximum,
            boolean retainAvailable,
            @Nullable String responseInformation) {}
}
