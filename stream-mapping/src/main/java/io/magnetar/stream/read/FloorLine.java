package io.magnetar.stream.read;

import io.magnetar.stream.RetentionFloor;
import org.apache.pulsar.client.api.Message;

/**
 * The floor of a stream as it was at the last look, for the messages that are read next.
 *
 * <p>Thread: one at a time.
 */
final class FloorLine {
    private final RetentionFloor floor;
    private long fromMicros;
    private long fromNumber;

    FloorLine(RetentionFloor floor) {
        this.floor = floor;
    }

    /** Looks where a partition begins now. */
    void look(int partition) {
        fromMicros = floor.fromMicros();
        fromNumber = floor.fromNumber(partition);
    }

    /** Whether a message is no longer part of the stream. */
    boolean isAbove(Message<byte[]> message, long timestampMicros) {
        return isAbove(PositionCursor.number(message), timestampMicros);
    }

    /** @param number as {@link PositionCursor#lastNumber} */
    boolean isAbove(long number, long timestampMicros) {
        return timestampMicros < fromMicros || (fromNumber > 0 && number < fromNumber);
    }
}
