package io.magnetar.sink.archive;

import io.magnetar.sink.message.Position;
import io.magnetar.sink.message.TestRecords;
import io.magnetar.sink.message.TestRecords.TestRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Records that fill more than one part of an upload. */
final class LargeRecords {
    static final int COUNT = 400;
    static final int BYTES = 30_000;

    private LargeRecords() {}

    /** The same each time. */
    static List<TestRecord> make() {
        Random random = new Random(1);
        List<TestRecord> records = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            StringBuilder payload = new StringBuilder(BYTES);
            while (payload.length() < BYTES) {
                payload.append((char) (' ' + random.nextInt(90)));
            }
            records.add(TestRecords.record(
                    "k", payload.toString(), Map.of("mqtt.ts", "1700000000000000"), new Position(9, i, 0)));
        }
        return records;
    }
}
