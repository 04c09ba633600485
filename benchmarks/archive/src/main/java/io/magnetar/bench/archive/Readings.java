package io.magnetar.bench.archive;

import io.magnetar.sink.message.Position;
import io.magnetar.sink.message.TestRecords;
import io.magnetar.sink.message.TestRecords.TestRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.pulsar.client.impl.BatchMessageIdImpl;
import org.apache.pulsar.client.impl.MessageImpl;

/**
 * What is written: readings of 1,000 devices as the broker stores them, about 100 bytes of JSON each, out of a pool; each time
 * that one is taken it has the next position.
 *
 * <p>Thread: one at a time.
 */
final class Readings {
    static final int POOL = 50_000;
    private static final int DEVICES = 1_000;
    private static final int BATCH = 100;
    private static final long FIRST_MICROS = 1_700_000_000_000_000L;

    private final List<TestRecord> records = new ArrayList<>(POOL);

    Readings() {
        Random random = new Random(1);
        for (int i = 0; i < POOL; i++) {
            int device = random.nextInt(DEVICES);
            String payload = "{\"device\":\"station-" + device + "\",\"temp\":" + random.nextInt(40_000) / 1e3
                    + ",\"humidity\":" + random.nextInt(100_000) / 1e3 + ",\"pressure\":"
                    + (950_000 + random.nextInt(90_000)) / 1e3
                    + ",\"sequence\":" + i + "}";
            records.add(TestRecords.record(
                    "sensors/station-" + device + "/readings",
                    payload,
                    Map.of(
                            "mqtt.topic",
                            "sensors/station-" + device + "/readings",
                            "mqtt.ts",
                            Long.toString(FIRST_MICROS + i * 1_000L),
                            "mqtt.qos",
                            "1",
                            "mqtt.client-id",
                            "station-" + device,
                            "unit",
                            "C"),
                    new Position(1, i, 0)));
        }
    }

    /** The record of a number, with the position of that number. */
    TestRecord record(long number) {
        TestRecord record = records.get((int) (number % POOL));
        MessageImpl<?> message = (MessageImpl<?>) record.getMessage().orElseThrow();
        message.setMessageId(new BatchMessageIdImpl(1, number / BATCH, 3, (int) (number % BATCH), BATCH, null));
        return record;
    }
}
