package io.magnetar.log;

import io.magnetar.stream.turn.Turns;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.apache.pulsar.client.api.PulsarClient;

/**
 * One follower of a log: a reader per partition, which take turns, so that the follower gets one record at a time.
 *
 * <p>Thread: {@link #start} and {@link #close} any; all else in turns.
 */
final class PulsarLogFollowing {
    private final List<PulsarLogPartition> partitions;
    private final Turns turns;

    PulsarLogFollowing(PulsarClient client, List<String> pulsarTopics, LogFollower follower, Executor executor) {
        this.turns = new Turns(executor, this::turn);
        this.partitions = pulsarTopics.stream()
                .map(pulsarTopic -> new PulsarLogPartition(client, pulsarTopic, follower, turns))
                .toList();
    }

    /** Completes when all partitions are loaded; after a failure no reader is left open. */
    CompletableFuture<Void> start() {
        turns.take(() -> partitions.forEach(PulsarLogPartition::open));
        return CompletableFuture.allOf(
                        partitions.stream().map(PulsarLogPartition::loaded).toArray(CompletableFuture[]::new))
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        close();
                    }
                });
    }

    private void turn() {
        boolean more = false;
        for (PulsarLogPartition partition : partitions) {
            more |= partition.readSome();
        }
        if (more) {
            turns.take();
        }
    }

    void close() {
        turns.take(() -> partitions.forEach(PulsarLogPartition::close));
    }
}
