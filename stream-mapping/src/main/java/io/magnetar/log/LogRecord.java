package io.magnetar.log;

import java.util.Map;

/**
 * A record as it lies in a log.
 *
 * <p>Thread: immutable; {@code value} is never written to.
 *
 * @param key what the record is about; empty when its producer gave none
 * @param value empty when the record deletes its key
 * @param properties all properties, in the message layout that all logs share
 * @param storedMillis when the log stored it, epoch milliseconds
 */
public record LogRecord(String key, byte[] value, Map<String, String> properties, long storedMillis) {
    /** Whether the record deletes its key. */
    public boolean isTombstone() {
        return value.length == 0;
    }
}
