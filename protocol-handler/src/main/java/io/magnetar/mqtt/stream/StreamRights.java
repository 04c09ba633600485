package io.magnetar.mqtt.stream;

import io.magnetar.message.Qos;
import io.magnetar.mqtt.access.AccessRequest;
import io.magnetar.mqtt.access.ClientAccess;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamFailure.Kind;
import io.magnetar.topic.TopicFilter;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Whether a client may read a stream: whoever reads one needs the right to subscribe to what it gets, each time that it begins to, for
 * the stream may be another one of the same name.
 *
 * <p>Thread: the connection's owner.
 */
final class StreamRights {
    private final ClientAccess access;

    StreamRights(ClientAccess access) {
        this.access = access;
    }

    /**
     * Decides whether messages of a stream may be read.
     *
     * @param filter of the topics that are wanted
     * @param then told once, at the owner, maybe before this returns: why not, or null when they may
     */
    void check(StreamDefinition stream, TopicFilter filter, Qos qos, Consumer<@Nullable StreamFailure> then) {
        access.decideOnFilter(
                AccessRequest.read(stream.name(), filter.value(), qos),
                decision -> then.accept(
                        switch (decision) {
                            case ALLOWED -> null;
                            case DENIED ->
                                new StreamFailure(
                                        Kind.REFUSED, "the client may not subscribe to what it would read: " + filter);
                            case UNAVAILABLE, PENDING ->
                                new StreamFailure(
                                        Kind.UNAVAILABLE, "whether the client may read this cannot be found out now");
                        }));
    }
}
