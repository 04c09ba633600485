package io.magnetar.stream.retention;

import io.magnetar.stream.RetentionFloor;
import io.magnetar.stream.StreamDefinition;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The floor of one stream. In a partition of this process the number follows at once, or a tenth of a second later while messages come
 * without a pause; elsewhere it is as old as the last look, five seconds.
 *
 * <p>Thread: any.
 */
final class FollowedFloor implements RetentionFloor {
    /** Readers are opened for it. */
    private static final long FAR_LOOK_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** An entry is read for it. */
    private static final long UNSETTLED_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long NEVER = Long.MIN_VALUE;
    private static final long NONE = -1;

    private final String[] pulsarTopics;
    private final LastNumbers numbers;
    private final InstantSource clock;
    /** The highest number that is known of each partition. */
    private final AtomicLongArray seen;
    /** When each partition was looked at last, by {@link System#nanoTime()}. */
    private final AtomicLongArray looked;

    private volatile long retentionMicros;
    private volatile long lastMessages;

    FollowedFloor(StreamDefinition stream, LastNumbers numbers, InstantSource clock) {
        this.pulsarTopics = new String[stream.partitions()];
        Arrays.setAll(pulsarTopics, stream::pulsarTopic);
        this.numbers = numbers;
        this.clock = clock;
        long[] none = new long[stream.partitions()];
        Arrays.fill(none, NONE);
        this.seen = new AtomicLongArray(none);
        long[] never = new long[stream.partitions()];
        Arrays.fill(never, NEVER);
        this.looked = new AtomicLongArray(never);
    }

    @Override
    public long fromMicros() {
        long retention = retentionMicros;
        return retention == 0 ? 0 : Math.max(0, TimeUnit.MILLISECONDS.toMicros(clock.millis()) - retention);
    }

    @Override
    public long fromNumber(int partition) {
        long limit = lastMessages;
        if (limit == 0 || partition >= pulsarTopics.length) {
            return 0;
        }
        return Math.max(0, last(partition) - limit + 1);
    }

    /** The number of the newest message, as far as it is known. */
    private long last(int partition) {
        long now = numbers.now(pulsarTopics[partition]);
        if (now >= NONE) {
            see(partition, now);
        } else if (now == LastNumbers.UNSETTLED && mayLook(partition, UNSETTLED_LOOK_NANOS)) {
            var unused = look(partition).exceptionally(failure -> null); // The next look may know it.
        }
        return seen.get(partition);
    }

    private void see(int partition, long number) {
        seen.accumulateAndGet(partition, number, Math::max);
    }

    private boolean mayLook(int partition, long everyNanos) {
        long now = System.nanoTime();
        long last = looked.get(partition);
        return (last == NEVER || now - last >= everyNanos) && looked.compareAndSet(partition, last, now);
    }

    private CompletableFuture<Void> look(int partition) {
        return numbers.of(pulsarTopics[partition]).thenAccept(number -> see(partition, number));
    }

    /** Takes what is in force now. Completes when the numbers that are elsewhere are known; fails when one is not to be had. */
    CompletableFuture<Void> update(RetentionPolicy policy, StreamDefinition stream) {
        retentionMicros = policy.hasTime() ? TimeUnit.MINUTES.toMicros(policy.minutes()) : 0;
        lastMessages = stream.limits().lastMessages();
        List<CompletableFuture<Void>> looks = new ArrayList<>();
        for (int partition = 0; lastMessages > 0 && partition < pulsarTopics.length; partition++) {
            long now = numbers.now(pulsarTopics[partition]);
            if (now >= NONE) {
                see(partition, now);
            } else if (now == LastNumbers.UNSETTLED || mayLook(partition, FAR_LOOK_NANOS)) {
                looks.add(look(partition));
            }
        }
        return CompletableFuture.allOf(looks.toArray(CompletableFuture[]::new));
    }
}
