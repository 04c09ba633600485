package io.magnetar.mqtt.admin;

import io.magnetar.mqtt.record.SessionProgress.DeliveryRecord;
import io.magnetar.mqtt.record.SessionProgress.PartitionProgress;
import io.magnetar.mqtt.session.StreamCursor;
import io.magnetar.stream.MessageIdSyntax;
import io.magnetar.stream.Position;
import io.magnetar.stream.StartPosition;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamInspection.Kept;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The places of sessions in streams, in words for JSON. Stateless. */
final class CursorDescription {
    private CursorDescription() {}

    static Map<String, Object> of(StreamCursor cursor, StreamDefinition stream) {
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("client", cursor.session().clientId());
        description.put("stream", stream.name());
        description.put("subscription", cursor.filter());
        description.put("connected", cursor.connected());
        return description;
    }

    /** @param behind how many messages each partition has behind {@link #examined} */
    static Map<String, Object> of(StreamCursor cursor, StreamDefinition stream, List<Long> behind) {
        Map<String, Object> description = of(cursor, stream);
        List<Map<String, Object>> partitions = new ArrayList<>();
        long lag = 0;
        for (int partition = 0; partition < behind.size(); partition++) {
            long left = lag(progress(cursor, partition), behind.get(partition));
            partitions.add(partition(cursor, partition, left));
            lag = lag == Kept.UNNUMBERED || left == Kept.UNNUMBERED ? Kept.UNNUMBERED : lag + left;
        }
        if (lag != Kept.UNNUMBERED) {
            description.put("lag", lag);
        }
        description.put("partitions", partitions);
        return description;
    }

    private static Map<String, Object> partition(StreamCursor cursor, int partition, long lag) {
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("partition", partition);
        PartitionProgress progress = progress(cursor, partition);
        Position position = progress == null ? cursor.start().after().get(partition) : progress.cursor();
        if (position == null) {
            description.put(
                    "from",
                    Instant.EPOCH
                            .plus(cursor.start().fromMicros(), ChronoUnit.MICROS)
                            .toString());
        } else {
            description.put(
                    "after", position.equals(Position.START) ? "earliest" : MessageIdSyntax.write(partition, position));
        }
        if (progress != null) {
            description.put(
                    "inFlight",
                    progress.deliveries().stream()
                            .filter(CursorDescription::isUnderWay)
                            .count());
        }
        if (lag != Kept.UNNUMBERED) {
            description.put("lag", lag);
        }
        return description;
    }

    /** What is to be read, and what is on its way. */
    private static long lag(@Nullable PartitionProgress progress, long behind) {
        if (progress == null || behind == Kept.UNNUMBERED) {
            return behind;
        }
        long lag = behind;
        for (DeliveryRecord delivery : progress.deliveries()) {
            boolean isBehind = delivery.position().isAfter(progress.examined());
            if (isBehind && !isUnderWay(delivery)) {
                lag--;
            } else if (!isBehind && isUnderWay(delivery)) {
                lag++;
            }
        }
        return Math.max(0, lag);
    }

    private static boolean isUnderWay(DeliveryRecord delivery) {
        return delivery.packetId() != DeliveryRecord.DONE;
    }

    /** Where a session has looked up to. */
    static StartPosition.Resume examined(StreamCursor cursor) {
        Map<Integer, Position> after = new HashMap<>(cursor.start().after());
        if (cursor.progress() != null) {
            cursor.progress().partitions().forEach((partition, progress) -> after.put(partition, progress.examined()));
        }
        return new StartPosition.Resume(cursor.start().fromMicros(), after);
    }

    private static @Nullable PartitionProgress progress(StreamCursor cursor, int partition) {
        return cursor.progress() == null ? null : cursor.progress().partitions().get(partition);
    }
}
