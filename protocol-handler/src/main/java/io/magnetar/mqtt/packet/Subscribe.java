package io.magnetar.mqtt.packet;

import io.magnetar.message.Qos;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
     * @param streamOffset where to begin to read a stream, from the user properties of the packet; null when they do not say
     */
    public record Request(
            String filter,
            Qos qos,
            boolean noLocal,
            boolean retainAsPublished,
            int retainHandling,
            @Nullable String streamOffset) {

        /** One whose packet names no offset. */
        public Request(String filter, Qos qos, boolean noLocal, boolean retainAsPublished, int retainHandling) {
            this(filter, qos, noLocal, retainAsPublished, retainHandling, null);
        }
    }
}
