package io.magnetar.mqtt.stream;

import io.magnetar.message.Message;
import io.magnetar.message.Qos;
import io.magnetar.message.UserProperty;
import io.magnetar.mqtt.packet.StreamOptions;
import io.magnetar.mqtt.packet.Subscribe;
import io.magnetar.mqtt.queue.Form;
import io.magnetar.stream.EndPosition;
import io.magnetar.stream.MessageIdSyntax;
import io.magnetar.stream.ReplayPace;
import io.magnetar.stream.ReplayPaceSyntax;
import io.magnetar.stream.ReplayRange;
import io.magnetar.stream.StartPosition;
import io.magnetar.stream.StartPositionSyntax;
import io.magnetar.stream.StreamReaders.StreamMessage;
import io.magnetar.stream.StreamSubscriptionSyntax.Valid;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a client asked for when it subscribed to a stream.
 *
 * <p>Thread: immutable.
 *
 * @param wanted which stream, and where its reading is to begin
 * @param form how its messages go out
 */
record StreamRequest(StreamClient client, Subscribe.Request written, int subscriptionId, Valid wanted, Form form) {
    static StreamRequest of(StreamClient client, Subscribe.Request written, int subscriptionId, Valid wanted) {
        int[] ids = subscriptionId == Subscribe.NO_ID ? new int[0] : new int[] {subscriptionId};
        return new StreamRequest(
                client, written, subscriptionId, wanted, new Form(written.qos(), written.retainAsPublished(), ids));
    }

    Qos qos() {
        return written.qos();
    }

    /** What is wrong with the options, and what would be right. */
    static Optional<String> problem(StreamOptions options) {
        return problem("stream-positions", options.positions())
                .or(() -> problem("stream-wait", options.waits()))
                .or(() -> ReplayPaceSyntax.problem(options.speed(), options.rate()));
    }

    /** How fast the client wants the messages. */
    ReplayPace pace() {
        return ReplayPaceSyntax.parse(written.stream().speed(), written.stream().rate());
    }

    private static Optional<String> problem(String name, @Nullable String value) {
        return value == null || value.equals("true") || value.equals("false")
                ? Optional.empty()
                : Optional.of("the user property " + name + " is 'true' or 'false', not '" + value + "'");
    }

    /** Whether to wait for a stream that does not exist. */
    boolean waits() {
        return "true".equals(written.stream().waits());
    }

    /** The same for a stream that is still to come: all that it will have is new. */
    StreamRequest ofTheFuture() {
        long fromMicros = wanted.range().from() instanceof StartPosition.Timestamp from ? from.epochMicros() : 0;
        EndPosition end = wanted.range().to() instanceof EndPosition.Timestamp to
                ? new EndPosition.Fixed(to.epochMicros(), Map.of())
                : wanted.range().to();
        ReplayRange range = new ReplayRange(new StartPosition.Resume(fromMicros, Map.of()), end);
        Valid begins = new Valid(wanted.stream(), range, wanted.offset());
        return new StreamRequest(client, written, subscriptionId, begins, form);
    }

    /**
     * A message as the client gets it: with its time and key, and its position where that was asked for, if the client's MQTT version
     * has properties.
     */
    Message delivered(StreamMessage read, String stream) {
        Message message = read.message();
        if (!client.version().isMqtt5()) {
            return message;
        }
        List<UserProperty> added = new ArrayList<>(5);
        added.add(new UserProperty("ts", Long.toString(message.timestampMicros())));
        if (read.key() != null) {
            added.add(new UserProperty("key", read.key()));
        }
        if ("true".equals(written.stream().positions())) {
            added.add(new UserProperty("stream", stream));
            added.add(new UserProperty("partition", Integer.toString(read.partition())));
            added.add(new UserProperty("message-id", MessageIdSyntax.write(read.partition(), read.position())));
        }
        return message.withUserProperties(added);
    }

    /** The client asked not to get its own messages [MQTT-3.8.3-3]. */
    boolean excludes(Message message) {
        String clientId = client.identity().clientId();
        return written.noLocal()
                && clientId != null
                && clientId.equals(message.publisher().clientId());
    }

    /** The same range of the same stream as the other one, with the options of this one. */
    StreamRequest inRangeOf(StreamRequest other) {
        return new StreamRequest(client, written, subscriptionId, other.wanted, form);
    }

    /** Whether it asks to go on where the other one is. */
    boolean goesOnFrom(StreamRequest other) {
        return wanted.offset().equals(StartPositionSyntax.NEXT)
                || wanted.offset().equals(other.wanted.offset());
    }
}
