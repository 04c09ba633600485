package io.magnetar.mqtt.packet;

import io.magnetar.message.MessageProperties;
import io.magnetar.message.Qos;
import org.jspecify.annotations.Nullable;

/**
 * CONNECT, MQTT 5.0 section 3.1.
 *
 * @param clientId as sent; empty when the server is to choose one
 * @param keepAliveSeconds 0 for no keep-alive
 * @param sessionExpirySeconds 0 when the session ends with the connection; 4,294,967,295 for never
 * @param receiveMaximum how many QoS 1 and 2 publishes the client takes at once, 1 to 65,535
 * @param maximumPacketSize the largest packet that the client takes, in bytes
 * @param wantsProblemInformation whether reason strings may be sent on any packet
 * @param authenticationMethod the method of enhanced authentication, or null
 */
public record Connect(
        ProtocolVersion version,
        String clientId,
        boolean cleanStart,
        int keepAliveSeconds,
        long sessionExpirySeconds,
        int receiveMaximum,
        int maximumPacketSize,
        boolean wantsProblemInformation,
        @Nullable String authenticationMethod,
        @Nullable String username,
        byte @Nullable [] password,
        @Nullable Will will)
        implements Packet {

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
