package io.magnetar.stream;

import io.magnetar.message.Publisher;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Makes streams for subscriptions that no stream can serve. Thread: any; never blocks. */
@FunctionalInterface
public interface StreamCreation {
    /** Makes none. */
    StreamCreation NONE = (client, wanted) -> Optional.empty();

    /**
     * Makes a stream.
     *
     * @param client who subscribes
     * @param wanted has none among the streams of the client's namespace
     * @return nothing when no stream is ever made for this; else completes when there is one here that serves it, and fails with a
     *     {@link StreamReaders.StreamFailureException}
     */
    Optional<CompletableFuture<Void>> create(Publisher client, StreamChoice wanted);
}
