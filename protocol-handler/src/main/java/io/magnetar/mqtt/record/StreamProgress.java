package io.magnetar.mqtt.record;

import io.magnetar.mqtt.record.SessionProgress.PartitionProgress;
import java.util.Map;

/**
 * How far a durable session has come in a stream.
 *
 * @param since the {@link StreamStart} that it follows; with another one it says nothing
 * @param partitions by partition of the stream, those of which something was looked at
 */
public record StreamProgress(long since, Map<Integer, PartitionProgress> partitions) {
    public StreamProgress {
        partitions = Map.copyOf(partitions);
    }
}
