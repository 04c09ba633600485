package io.magnetar.mqtt.packet;

import io.magnetar.message.MessageProperties;
import io.magnetar.message.Qos;
import io.magnetar.message.UserProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * CONNECT, MQTT 5.0 section 3.1.
 *
 * @param clientId as sent; empty when the server is to choose one
 * @param keepAliveSeconds 0 for no keep-alive
 * @param sessionExpirySeconds 0 when the session ends with the connection; 4,294,967,295 for never
 * @param authentication the first step of enhanced authentication, or null
 * @param userProperties in their order
 */
public record Connect(
        ProtocolVersion version,
        String clientId,
        boolean cleanStart,
        int keepAliveSeconds,
        long sessionExpirySeconds,
        Reception reception,
        @Nullable Authentication authentication,
        @Nullable String username,
        byte @Nullable [] password,
        @Nullable Will will,
        List<UserProperty> userProperties)
        implements Packet {
    /** With another will. */
    public Connect withWill(@Nullable Will other) {
        return new Connect(
                version,
                clientId,
                cleanStart,
                keepAliveSeconds,
                sessionExpirySeconds,
                reception,
                authentication,
                username,
                password,
                other,
                userProperties);
    }

    /** Without what is of no use when it is decided on: the password and the user properties. */
    public Connect decided() {
        return new Connect(
                version,
                clientId,
                cleanStart,
                keepAliveSeconds,
                sessionExpirySeconds,
                reception,
                authentication,
                username,
                null,
                will,
                List.of());
    }

    /**
     * What the client takes.
     *
     * @param receiveMaximum how many QoS 1 and 2 publishes at once, 1 to 65,535
     * @param maximumPacketSize the largest packet, in bytes
     * @param topicAliasMaximum the highest topic alias, 0 for none
     * @param problemInformation whether reason strings may be sent on any packet
     * @param responseInformation whether CONNACK may say where responses can be sent
     */
    public record Reception(
            int receiveMaximum,
            int maximumPacketSize,
            int topicAliasMaximum,
            boolean problemInformation,
            boolean responseInformation) {
        /** What a client takes that says nothing about it. */
        public static final Reception DEFAULT = new Reception(65_535, Integer.MAX_VALUE, 0, true, false);
    }

    /**
     * The will message, MQTT 5.0 section 3.1.3.2.
     *
     * @param expirySeconds the message expiry interval, counted from its publication; or -1
     */
    public record Will(
            String topic,
            byte[] payload,
            Qos qos,
            boolean retain,
            long delaySeconds,
            long expirySeconds,
            MessageProperties properties) {}
}
