package io.magnetar.mqtt.record;

import io.magnetar.message.Qos;
import io.magnetar.stream.Position;
import java.util.List;
import java.util.Map;

/**
 * How far a durable session has come. Written about every second when it has changed, at the end of a connection, and before each
 * QoS 2 packet that the other side may rely on.
 *
 * @param partitions by partition of the queue, those that it reads
 * @param releasing packet ids that the client has received and not yet completed (PUBREC came), in their order
 * @param answeredSequence the sequence of the last QoS 2 publish of the client that PUBREC was sent for
 * @param received packet ids of the client's QoS 2 publishes that PUBREC was sent for and that it has not released
 * @param inLogs packet ids of the client's QoS 2 publishes that no PUBREC was sent for, with the logs that nevertheless have
 *     the message: it is not appended there again
 * @param lent QoS 2 messages that groups have lent the session
 * @param retained retained messages that are on their way
 * @param walks of the subscriptions whose retained messages have not all been sent
 * @param streams by the filter of a subscription to a stream, without its offset
 */
public record SessionProgress(
        Map<Integer, PartitionProgress> partitions,
        List<Integer> releasing,
        long answeredSequence,
        List<Integer> received,
        Map<Integer, InLogs> inLogs,
        List<LentRecord> lent,
        List<RetainedRecord> retained,
        List<RetainedWalkRecord> walks,
        Map<String, StreamProgress> streams) {
    /** Of a new session. */
    public static final SessionProgress NONE =
            new SessionProgress(Map.of(), List.of(), 0, List.of(), Map.of(), List.of(), List.of(), List.of(), Map.of());

    public SessionProgress {
        partitions = Map.copyOf(partitions);
        releasing = List.copyOf(releasing);
        received = List.copyOf(received);
        inLogs = Map.copyOf(inLogs);
        lent = List.copyOf(lent);
        retained = List.copyOf(retained);
        walks = List.copyOf(walks);
        streams = Map.copyOf(streams);
    }

    /**
     * How far it has come in a partition. What is on its way is named, and not what is done behind it: so the record stays small
     * however long one message takes.
     *
     * @param cursor all at it and before is done: reading begins behind it
     * @param examined all at it and before is done, but for what is on its way
     * @param deliveries what is on its way, in order; also what is done behind {@code examined}
     */
    public record PartitionProgress(Position cursor, Position examined, List<DeliveryRecord> deliveries) {
        public PartitionProgress {
            deliveries = List.copyOf(deliveries);
        }

        /** All at a position and before is done, or not wanted. */
        public static PartitionProgress behind(Position position) {
            return new PartitionProgress(position, position, List.of());
        }
    }

    /**
     * A message that was taken.
     *
     * @param packetId the packet id that it is on its way with, or {@link #DONE}
     */
    public record DeliveryRecord(Position position, Qos qos, int packetId) {
        public static final int DONE = 0;
    }
}
