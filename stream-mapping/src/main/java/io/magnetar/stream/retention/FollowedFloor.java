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
 * The floor of one stream. In a partition of this process the number follows at once, elsewhere it is as old as the last look.
 *
 * <p>Thread: any.
 */
final class FollowedFloor implements RetentionFloor {
    private final String[] pulsarTopics;
    private final LastNumbers numbers;
    private final InstantSource clock;
    private final AtomicLongArray seen;
    private volatile long retentionMicros;
    private volatile long lastMessages;

    FollowedFloor(StreamDefinition stream, LastNumbers numbers, InstantSource clock) {
        this.pulsarTopics = new String[stream.partitions()];
        Arrays.setAll(pulsarTopics, stream::pulsarTopic);
        this.numbers = numbers;
        this.clock = clock;
        this.seen = new AtomicLongArray(stream.partitions());
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
        long now = numbers.now(pulsarTopics[partition]);
        return Math.max(0, (now == LastNumbers.UNKNOWN ? seen.get(partition) : now) - limit + 1);
    }

    /** Takes what is in force now. Completes when the numbers that are elsewhere are known; fails when one is not to be had. */
    CompletableFuture<Void> update(RetentionPolicy policy, StreamDefinition stream) {
        retentionMicros = policy.hasTime() ? TimeUnit.MINUTES.toMicros(policy.minutes()) : 0;
        lastMessages = stream.limits().lastMessages();
        List<CompletableFuture<Void>> looks = new ArrayList<>();
        for (int i = 0; lastMessages > 0 && i < pulsarTopics.length; i++) {
            int partition = i;
            if (numbers.now(pulsarTopics[partition]) == LastNumbers.UNKNOWN) {
                looks.add(numbers.of(pulsarTopics[partition]).thenAccept(number -> seen.set(partition, number)));
            }
        }
        return CompletableFuture.allOf(looks.toArray(CompletableFuture[]::new));
    }
}
