package io.magnetar.mqtt.stream;

import io.magnetar.message.Publisher;
import io.magnetar.mqtt.flow.Failures;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.owner.Owner;
import io.magnetar.stream.StreamChoice;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamFailure.Kind;
import io.magnetar.stream.StreamReaders.StreamFailureException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Streams that are made because a client subscribes to them.
 *
 * <p>Thread: the connection's owner.
 */
final class StreamsInTheMaking {
    private static final int MAX_UNDER_WAY = 4;

    private final SessionServices services;
    private final Owner owner;
    private final Publisher client;
    private int underWay;

    StreamsInTheMaking(SessionServices services, Owner owner, Publisher client) {
        this.services = services;
        this.owner = owner;
        this.client = client;
    }

    /**
     * Has a stream made, where streams are made for subscribers.
     *
     * @param then told once, at the owner, when it is there or could not be made
     * @return false when none is made: then is not told
     */
    boolean make(StreamChoice wanted, Consumer<@Nullable StreamFailure> then) {
        if (underWay >= MAX_UNDER_WAY) {
            then.accept(new StreamFailure(
                    Kind.QUOTA_EXCEEDED, "at most " + MAX_UNDER_WAY + " streams are made at a time for a client"));
            return true;
        }
        Optional<CompletableFuture<Void>> making = services.streamCreation().create(client, wanted);
        if (making.isEmpty()) {
            return false;
        }
        underWay++;
        var unused = making.get()
                .whenComplete((done, thrown) -> owner.execute(() -> {
                    underWay--;
                    then.accept(thrown == null ? null : failureOf(thrown));
                }));
        return true;
    }

    private static StreamFailure failureOf(Throwable thrown) {
        return Failures.cause(thrown) instanceof StreamFailureException failed
                ? failed.failure()
                : new StreamFailure(Kind.UNAVAILABLE, "the stream cannot be made now");
    }
}
