package io.magnetar.mqtt.record;

import io.magnetar.mqtt.record.SessionProgress.PartitionProgress;
import java.util.Map;

/**
 * How far a group with durable members has come. Written before the first of them is promised anything, about every second when it
 * has changed, and when its last member goes.
 *
 * @param leftMillis when its last connected member went, epoch milliseconds; {@link #ATTENDED} while there is one
 * @param liveUntilMicros what was published before, in epoch microseconds, went to the members live, also where the log has it for
 *     others; 0 for nothing
 * @param partitions by partition of the queue; what is on its way to a member counts as not done
 */
public record GroupRecord(long leftMillis, long liveUntilMicros, Map<Integer, PartitionProgress> partitions) {
    public static final long ATTENDED = -1;

    public GroupRecord {
        partitions = Map.copyOf(partitions);
    }
}
