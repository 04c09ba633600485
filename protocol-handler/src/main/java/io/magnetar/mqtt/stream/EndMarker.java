package io.magnetar.mqtt.stream;

import io.magnetar.message.Message;
import io.magnetar.message.MessageProperties;
import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.message.UserProperty;
import io.magnetar.stream.StreamReaders.Ended;
import io.magnetar.stream.StreamReaders.StreamMessage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * The message that tells a client that all of a range was sent: without a payload, on the topic {@code $stream-end/} and the filter
 * of the subscription as the client wrote it, where {@code %25}, {@code %2B} and {@code %23} stand for {@code %}, {@code +} and
 * {@code #}, which a topic cannot have [MQTT-3.3.2-2]. Stateless.
 */
final class EndMarker {
    private static final String PREFIX = "$stream-end/";
    private static final int MAX_TOPIC_BYTES = 65_535;

    private EndMarker() {}

    static String topic(String filter) {
        return PREFIX + filter.replace("%", "%25").replace("+", "%2B").replace("#", "%23");
    }

    /** Why a subscription cannot have a marker. */
    static Optional<String> problem(String filter) {
        return topic(filter).getBytes(StandardCharsets.UTF_8).length <= MAX_TOPIC_BYTES
                ? Optional.empty()
                : Optional.of(
                        "the filter of a range is to be shorter: the topic that tells its end would be longer than "
                                + MAX_TOPIC_BYTES + " bytes");
    }

    /**
     * The marker of one subscription.
     *
     * @param sent how many messages of the range were sent
     */
    static StreamMessage of(StreamRequest request, String stream, long sent, long nowMicros) {
        List<UserProperty> properties = request.client().version().isMqtt5()
                ? List.of(new UserProperty("stream-end", Long.toString(sent)), new UserProperty("stream", stream))
                : List.of();
        Message message = new Message(
                topic(request.written().filter()),
                new byte[0],
                Qos.EXACTLY_ONCE,
                false,
                MessageProperties.NONE,
                new Publisher(request.client().identity().namespace(), null, null),
                nowMicros);
        return new StreamMessage(message.withUserProperties(properties), null, Ended.PARTITION, Ended.POSITION);
    }
}
