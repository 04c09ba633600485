package io.magnetar.mqtt.stream;

import io.magnetar.mqtt.counters.Counter;
import io.magnetar.mqtt.queue.Taken;
import io.magnetar.mqtt.record.SessionProgress.DeliveryRecord;
import io.magnetar.mqtt.record.SessionProgress.PartitionProgress;
import io.magnetar.mqtt.record.StreamProgress;
import io.magnetar.mqtt.record.StreamStart;
import io.magnetar.stream.EndPosition;
import io.magnetar.stream.Position;
import io.magnetar.stream.ReplayRange;
import io.magnetar.stream.StartPosition;
import io.magnetar.stream.StreamReaders.Ended;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where a durable session is in a stream: behind what its client has acknowledged, in each partition.
 *
 * <p>Thread: the session's owner.
 */
final class StreamPlace {
    private final StreamStart start;
    /** With the marker of the end, which has a partition of its own. */
    private final Map<Integer, Taken> partitions = new TreeMap<>();

    private long sent;

    /** @param progress what was recorded since that start, or null */
    StreamPlace(StreamStart start, @Nullable StreamProgress progress) {
        this.start = start;
        if (progress != null) {
            sent = progress.sent();
            progress.partitions().forEach((index, recorded) -> partitions.put(index, taken(recorded)));
        }
    }

    private static Taken taken(PartitionProgress progress) {
        return new Taken(progress, Counter.STREAM_MESSAGES_DELIVERED);
    }

    StreamStart start() {
        return start;
    }

    /** What is taken of a partition. */
    Taken partition(int index) {
        return partitions.computeIfAbsent(
                index, ignored -> taken(PartitionProgress.behind(start.after().getOrDefault(index, Position.START))));
    }

    /** A message leaves that did not leave before. */
    void count() {
        sent++;
    }

    /** How many messages were sent, each counted once. */
    long sent() {
        return sent;
    }

    /** Whether it has come to its end, and the client has acknowledged that. */
    boolean isOver() {
        Taken marker = partitions.get(Ended.PARTITION);
        return marker != null && marker.progress().cursor().isAfter(Position.START);
    }

    /** What is left to be read. */
    ReplayRange rest() {
        EndPosition.Fixed end = start.end();
        return end == null ? ReplayRange.from(resume()) : new ReplayRange(resume(), end);
    }

    private StartPosition.Resume resume() {
        Map<Integer, Position> after = new HashMap<>(start.after());
        partitions.forEach((index, taken) -> after.put(index, taken.progress().cursor()));
        after.remove(Ended.PARTITION);
        if (start.fromMicros() > 0) {
            after.values().removeIf(Position.START::equals); // The time says more than that.
        }
        return new StartPosition.Resume(start.fromMicros(), after, onTheirWay());
    }

    private Map<Integer, Set<Position>> onTheirWay() {
        Map<Integer, Set<Position>> positions = new HashMap<>();
        partitions.forEach((index, taken) -> {
            Set<Position> ofPartition = taken.progress().deliveries().stream()
                    .filter(delivery -> delivery.packetId() != DeliveryRecord.DONE)
                    .map(DeliveryRecord::position)
                    .collect(Collectors.toSet());
            if (index != Ended.PARTITION && !ofPartition.isEmpty()) {
                positions.put(index, ofPartition);
            }
        });
        return positions;
    }

    /** The stream is another one now: all that it has is new. */
    void restart(Consumer<Taken> abandon) {
        partitions.values().forEach(abandon);
        start.after().keySet().forEach(this::partition);
        partitions.replaceAll((index, taken) -> taken(PartitionProgress.behind(Position.START)));
    }

    void forEach(Consumer<Taken> what) {
        partitions.values().forEach(what);
    }

    StreamProgress progress() {
        Map<Integer, PartitionProgress> recorded = new HashMap<>();
        partitions.forEach((index, taken) -> recorded.put(index, taken.progress()));
        return new StreamProgress(start.since(), recorded, sent);
    }
}
