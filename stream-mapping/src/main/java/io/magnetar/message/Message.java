package io.magnetar.message;

import java.util.List;

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
 */
public record Message(
        String topic,
        byte[] payload,
        Qos qos,
        boolean retain,
        MessageProperties properties,
        Publisher publisher,
        long timestampMicros) {

    private static final int OVERHEAD_BYTES = 256;

    /** About how many bytes it holds in memory: what a bound on waiting messages counts. */
    public int weight() {
        return OVERHEAD_BYTES + payload.length + topic.length() + properties.weight();
    }

    /** The same message with user properties added at the end. */
    public Message withUserProperties(List<UserProperty> added) {
        return new Message(
                topic, payload, qos, retain, properties.withUserProperties(added), publisher, timestampMicros);
    }
}
