package io.magnetar.mqtt.packet;

import io.magnetar.message.Qos;
import java.util.List;

/**
 * SUBSCRIBE, MQTT 5.0 section 3.8.
 *
 * @param packetId 1 to 65,535
 * @param subscriptionId the subscription identifier of all its filters, or {@link #NO_ID}
 * @param requests at least one
 */
public record Subscribe(int packetId, int subscriptionId, List<Request> requests) implements Packet {
    public static final int NO_ID = 0;

    /**
     * One filter with its options, MQTT 5.0 section 3.8.3.1.
     *
     * @param filter as the client wrote it, not yet checked
     * @param qos the highest QoS that the client wants
     * @param stream what the user properties of the packet say about streams
     */
    public record Request(
            String filter,
            Qos qos,
            boolean noLocal,
            boolean retainAsPublished,
            int retainHandling,
            StreamOptions stream) {

        /** One whose packet says nothing about streams. */
        public Request(String filter, Qos qos, boolean noLocal, boolean retainAsPublished, int retainHandling) {
            this(filter, qos, noLocal, retainAsPublished, retainHandling, StreamOptions.NONE);
        }
    }
}
