package io.magnetar.mqtt.share;

import io.magnetar.mqtt.owner.Owner;
import io.magnetar.mqtt.queue.Queues;
import java.util.function.Supplier;

/**
 * What groups with durable members work with, and what they may use. Thread: immutable.
 *
 * @param owners makes the owner of each group
 * @param maxGroups how many there may be
 * @param maxLeasedBytes payload bytes of a group that are on their way to its members
 * @param retentionMillis how long messages are kept; {@link Long#MAX_VALUE} for ever
 */
public record KeptSettings(
        Queues queues,
        GroupRecords records,
        Supplier<Owner> owners,
        int maxGroups,
        long maxLeasedBytes,
        long retentionMillis) {}
