package io.magnetar.stream.append;

import java.util.concurrent.CompletableFuture;

/**
 * A partition, opened by its writer.
 *
 * <p>Thread: the writer's turns; batches are settled on any.
 */
interface PartitionLog {
    /** No sequence id: the log has nothing of this writer, or does not remember. */
    long NO_SEQUENCE = -1;

    /** The highest sequence id that the log had of this writer when it was opened, or {@link #NO_SEQUENCE}. */
    long lastSequence();

    /** False for ever when it takes no more batches: it is to be closed, and opened anew. */
    boolean isOpen();

    /** Appends a batch and settles it once. Batches keep the order of the calls. */
    void append(Batch batch);

    /** Nothing follows soon: what was appended goes out now. */
    void flush();

    /** Closes it; never fails. */
    CompletableFuture<Void> close();
}
