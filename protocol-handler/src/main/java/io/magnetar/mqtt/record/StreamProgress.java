package io.magnetar.mqtt.record;

import io.magnetar.mqtt.record.SessionProgress.PartitionProgress;
import java.util.Map;

/**
 * How far a durable session has come in a stream.
 *
 * @param since the {@link StreamStart} that it follows; with another one it says nothing
 * @param partitions by partition of the stream, those of which something was looked at
 * @param sent how many messages were sent, each counted once
 */
public record StreamProgress(long since, Map<Integer, PartitionProgress> partitions, long sent) {
    public StreamProgress {
        partitions = Map.copyOf(partitions);
    }
}
