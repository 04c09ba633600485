package io.magnetar.it.pulsar;

import io.netty.buffer.PooledByteBufAllocator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Buffers that nobody released. */
final class LeakedBuffers {
    private static final int COLLECTIONS = 3;

    private LeakedBuffers() {}

    /** Makes Netty report all that this JVM has lost by now; a report fails the build. */
    static void report() {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
            CompletableFuture.runAsync(
                            // Netty looks for lost buffers whenever a new one is made.
                            () -> PooledByteBufAllocator.DEFAULT.directBuffer(1).release(),
                            CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS))
                    .join();
        }
    }
}
