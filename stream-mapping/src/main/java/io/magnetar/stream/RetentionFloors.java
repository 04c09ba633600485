package io.magnetar.stream;

import java.util.concurrent.CompletableFuture;

/** Tells where streams begin. Thread: any; never blocks. */
@FunctionalInterface
public interface RetentionFloors {
    /** For logs without a floor. */
    RetentionFloors NONE = stream -> CompletableFuture.completedFuture(RetentionFloor.NONE);

    /** Completes with the floor of a stream as soon as its policies are known; fails when they cannot be read. */
    CompletableFuture<RetentionFloor> of(StreamDefinition stream);
}
