package io.magnetar.it.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.magnetar.log.LogFollower;
import io.magnetar.log.LogRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Remembers all records that it gets. Thread: any. */
final class Newest implements LogFollower {
    private final List<LogRecord> records = new ArrayList<>();

    @Override
    public synchronized void onRecord(LogRecord record) {
        records.add(record);
    }

    synchronized List<LogRecord> records() {
        return List.copyOf(records);
    }

    /** The newest value of each key that is not deleted, as {@code key=value}, by key. */
    List<String> values() {
        Map<String, String> values = new TreeMap<>();
        for (LogRecord record : records()) {
            if (record.isTombstone()) {
                values.remove(record.key());
            } else {
                values.put(record.key(), record.key() + "=" + new String(record.value(), UTF_8));
            }
        }
        return List.copyOf(values.values());
    }

    List<String> textsOf(String key) {
        return records().stream()
                .filter(record -> record.key().equals(key))
                .map(record -> new String(record.value(), UTF_8))
                .toList();
    }
}
