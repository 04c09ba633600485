package io.magnetar.mqtt.metrics;

import io.magnetar.log.CompactedLog;
import io.magnetar.log.LogFollower;
import io.magnetar.message.Message;
import io.magnetar.mqtt.counters.Histogram;
import io.magnetar.stream.StreamAppender;
import io.magnetar.stream.StreamAppender.AppendListener;
import io.magnetar.stream.StreamDefinition;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Measures how long logs take to confirm a message: of one message in {@value #ONE_IN}, chosen at random, for measuring all of them
 * would cost more than it tells.
 *
 * <p>Thread: any.
 */
public final class MeasuredAppends {
    private static final int ONE_IN = 64;

    private MeasuredAppends() {}

    public static StreamAppender of(StreamAppender appender, Histogram histogram) {
        return new StreamAppender() {
            @Override
            public void append(StreamDefinition stream, Message message, AppendListener listener) {
                appender.append(stream, message, measured(listener, histogram));
            }

            @Override
            public long pendingBytes() {
                return appender.pendingBytes();
            }
        };
    }

    public static CompactedLog of(CompactedLog log, Histogram histogram) {
        return new CompactedLog() {
            @Override
            public void append(String key, Message record, AppendListener listener) {
                log.append(key, record, measured(listener, histogram));
            }

            @Override
            public CompletableFuture<Void> follow(LogFollower follower) {
                return log.follow(follower);
            }

            @Override
            public long pendingBytes() {
                return log.pendingBytes();
            }
        };
    }

    /** Failures are not measured: a refusal at once would look like a fast log. */
    private static AppendListener measured(AppendListener listener, Histogram histogram) {
        if (ThreadLocalRandom.current().nextInt(ONE_IN) != 0) {
            return listener;
        }
        long start = System.nanoTime();
        return failure -> {
            if (failure == null) {
                histogram.recordMicros(TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start));
            }
            listener.appended(failure);
        };
    }
}
