package io.magnetar.stream.backfill;

import io.magnetar.stream.StreamDefinition;
import java.util.concurrent.CompletableFuture;

/** What is written beside the definition of a stream that is being filled, for all brokers. Thread: any; never blocks. */
interface BackfillMarks {
    /** Messages that are received from then on are written to the stream as they come, epoch microseconds. */
    CompletableFuture<Void> liveFrom(StreamDefinition stream, long receivedMicros);

    /** The stream has all that was received before: it is served, and what is held for it follows. */
    CompletableFuture<Void> filled(StreamDefinition stream);

    /** Takes {@link #filled} back: the stream is not served, for it is not whole. */
    CompletableFuture<Void> notFilled(StreamDefinition stream, String source);

    /** Takes {@link #liveFrom} back. */
    CompletableFuture<Void> holdNothing(StreamDefinition stream);
}
