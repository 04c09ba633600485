package io.magnetar.stream;

/**
 * Where a stream begins now. What lies below is no longer part of it, whether its space has been returned or not. The floor rises as
 * time goes by and messages come, and follows the stream's policies within seconds.
 *
 * <p>Thread: any; answers from memory. Whoever holds a floor keeps it up to date.
 */
public interface RetentionFloor {
    /** Everything that is there. */
    RetentionFloor NONE = new RetentionFloor() {
        @Override
        public long fromMicros() {
            return 0;
        }

        @Override
        public long fromNumber(int partition) {
            return 0;
        }
    };

    /** The stream has nothing that the broker received before this, epoch microseconds; 0 for no such time. */
    long fromMicros();

    /** The number of the first message of a partition that is part of the stream ({@link StreamInspection.Kept#number}); 0 for all. */
    long fromNumber(int partition);
}
