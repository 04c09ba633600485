package io.magnetar.stream.read;

import io.magnetar.stream.RetentionFloor;

/**
 * The floor of a last-value stream: keys have a time to live, and no number. What limits the length of the log takes none away.
 *
 * <p>Thread: any.
 */
record KeyFloor(RetentionFloor ofStream) implements RetentionFloor {
    @Override
    public long fromMicros() {
        return ofStream.fromMicros();
    }

    @Override
    public long fromNumber(int partition) {
        return 0;
    }
}
