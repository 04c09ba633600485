package io.magnetar.log;

/** Takes the records of a log, one at a time. */
@FunctionalInterface
public interface LogFollower {
    /** Takes the next record. Of two records of a key, the later call has the newer one. */
    void onRecord(LogRecord record);
}
