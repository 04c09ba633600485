package io.magnetar.sink.delivery;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a sink that writes batches. Nothing more is waited for than the batch that is on its way: what is not there comes again.
 *
 * <p>Thread: Pulsar's, whose interrupt, set when Pulsar stops the instance, is put off until all is closed.
 */
public final class LastBatch {
    private static final Logger LOG = LoggerFactory.getLogger(LastBatch.class);

    /** Pulsar waits ten seconds for an instance that it stops. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private LastBatch() {}

    /** @param others closed behind the batcher, in their order */
    public static void finish(Retry retry, Batcher<?> batcher, AutoCloseable... others) throws Exception {
        boolean interrupted = Thread.interrupted();
        retry.stop();
        try {
            if (!batcher.flush(PATIENCE)) {
                LOG.info("Closed without the last batch, which comes again: the destination does not answer");
            }
        } catch (PermanentFailure | IllegalStateException e) {
            LOG.info("Closed without the last batch, which comes again: {}", e.getMessage());
        } finally {
            batcher.close();
            for (AutoCloseable other : others) {
                other.close();
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
