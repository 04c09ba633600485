package io.magnetar.sink.delivery;

import io.magnetar.sink.start.SinkMetrics;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries something until the destination has it. A failure that passes is tried again for as long as the sink lives: Pulsar
 * keeps what waits. The caller waits as well, which is how a destination that is down or slow holds Pulsar back.
 *
 * <p>Thread: any; {@link #stop()} wakes all that wait.
 */
public final class Retry {
    private static final Logger LOG = LoggerFactory.getLogger(Retry.class);
    /** A minute of silence between two warnings of a destination that stays down. */
    private static final long WARN_NANOS = Duration.ofMinutes(1).toNanos();

    private final Backoff backoff;
    private final SinkMetrics metrics;
    private final RandomGenerator random = RandomGenerator.getDefault();
    private final CountDownLatch stopped = new CountDownLatch(1);

    public Retry(Backoff backoff, SinkMetrics metrics) {
        this.backoff = backoff;
        this.metrics = metrics;
    }

    /** One attempt; it has a deadline of its own. */
    @FunctionalInterface
    public interface Attempt<T> {
        Outcome<T> run() throws InterruptedException;
    }

    /**
     * @param what is tried, for the log
     * @throws PermanentFailure when the destination says that it will not work
     * @throws InterruptedException when the sink stops while the destination does not have it
     */
    public <T> T run(String what, Attempt<T> attempt) throws PermanentFailure, InterruptedException {
        long warned = 0;
        for (int failures = 0; ; ) {
            Outcome<T> outcome = attempt.run();
            if (outcome instanceof Outcome.Delivered<T> delivered) {
                if (failures > 0) {
                    LOG.info("{}: done after {} failures", what, failures);
                }
                return delivered.value();
            }
            if (outcome instanceof Outcome.Permanent<T> permanent) {
                metrics.count(SinkMetrics.Counter.PERMANENT_FAILURES, 1);
                throw new PermanentFailure(what + ": " + permanent.reason());
            }
            Outcome.Retriable<T> retriable = (Outcome.Retriable<T>) outcome;
            failures++;
            metrics.count(SinkMetrics.Counter.RETRIES, 1);
            Duration wait = backoff.after(failures, random);
            if (retriable.notBefore() != null && retriable.notBefore().compareTo(wait) > 0) {
                wait = retriable.notBefore();
            }
            if (failures == 1 || System.nanoTime() - warned > WARN_NANOS) {
                warned = System.nanoTime();
                metrics.trouble(what + ": " + retriable.reason());
                LOG.warn(
                        "{}: {}; failure {} in a row, tried again in {} ms",
                        what,
                        retriable.reason(),
                        failures,
                        wait.toMillis());
            }
            if (stopped.await(wait.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new InterruptedException("the sink stops; " + what + ": " + retriable.reason());
            }
        }
    }

    /** Ends all waits, now and later: what has not been delivered comes again from Pulsar. */
    public void stop() {
        stopped.countDown();
    }
}
