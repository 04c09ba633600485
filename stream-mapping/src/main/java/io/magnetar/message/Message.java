package io.magnetar.message;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One application message.
 *
 * <p>Thread: immutable; the payload is never written to once the message exists, so all who want the message share it.
 *
 * @param topic the topic name that it was published to
 * @param payload the payload, byte for byte
 * @param qos the QoS that it was published with
 * @param retain the RETAIN flag that it was published with
 * @param properties its MQTT 5 properties
 * @param publisher who published it
 * @param timestampMicros when the broker received it, epoch microseconds, rising from message to message of one broker
 * @param mark tells it from all others when it must not be stored twice, else null
 */
public record Message(
        String topic,
        byte[] payload,
        Qos qos,
        boolean retain,
        MessageProperties properties,
        Publisher publisher,
        long timestampMicros,
        @Nullable PublishMark mark) {

    private static final int OVERHEAD_BYTES = 256;

    /** A message that may be stored twice when its publisher sends it twice. */
    public Message(
            String topic,
            byte[] payload,
            Qos qos,
            boolean retain,
            MessageProperties properties,
            Publisher publisher,
            long timestampMicros) {
        this(topic, payload, qos, retain, properties, publisher, timestampMicros, null);
    }

    /** About how many bytes it holds in memory: what a bound on waiting messages counts. */
    public int weight() {
        return OVERHEAD_BYTES + payload.length + topic.length() + properties.weight();
    }

    /** The same message, received at another time. */
    public Message receivedAt(long micros) {
        return new Message(topic, payload, qos, retain, properties, publisher, micros, mark);
    }

    /** The same message under another topic. */
    public Message withTopic(String other) {
        return new Message(other, payload, qos, retain, properties, publisher, timestampMicros, mark);
    }

    /** The same message with user properties added at the end. */
    public Message withUserProperties(List<UserProperty> added) {
        return new Message(
                topic, payload, qos, retain, properties.withUserProperties(added), publisher, timestampMicros, mark);
    }
}
