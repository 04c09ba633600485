package io.magnetar.mqtt.crash;

import io.magnetar.mqtt.record.RecordReader;
import io.magnetar.mqtt.session.RecordKey;
import io.magnetar.mqtt.session.SessionLog;
import io.magnetar.stream.StreamAppender.AppendListener;
import io.magnetar.stream.StreamFailure;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;

/** The records of sessions, which outlive the broker. What was on its way when it died may be there or not. */
final class SimulatedSessionLog implements SessionLog {
    private final Random random;
    private final Trace trace;
    private final Map<RecordKey, byte[]> records = new LinkedHashMap<>();
    private final List<Append> waiting = new ArrayList<>();
    private boolean mayFail = true;

    private record Append(RecordKey key, byte[] value, AppendListener listener) {}

    SimulatedSessionLog(Random random, Trace trace) {
        this.random = random;
        this.trace = trace;
    }

    void heal() {
        mayFail = false;
    }

    @Override
    public CompletableFuture<Void> load(BiConsumer<RecordKey, byte[]> onRecord) {
        records.forEach(onRecord);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void append(RecordKey key, byte[] value, AppendListener listener) {
        waiting.add(new Append(key, value, listener));
    }

    /** Confirms or refuses one record. */
    boolean settleOne() {
        if (waiting.isEmpty()) {
            return false;
        }
        Append append = waiting.remove(random.nextInt(waiting.size()));
        if (mayFail && random.nextInt(20) == 0) {
            append.listener().appended(new StreamFailure(StreamFailure.Kind.UNAVAILABLE, "simulated"));
        } else {
            put(append);
            append.listener().appended(null);
        }
        return true;
    }

    private void put(Append append) {
        records.put(append.key(), append.value());
        trace.say(() -> "  recorded " + append.key().text() + " " + read(append));
    }

    private static String read(Append append) {
        if (append.value().length == 0) {
            return "deleted";
        }
        return switch (append.key().kind()) {
            case DEFINITION -> RecordReader.definition(append.value()).toString();
            case PROGRESS -> "of " + append.value().length + " bytes";
            case GROUP -> "of a group";
            case ALIVE -> new String(append.value(), StandardCharsets.US_ASCII);
        };
    }

    void crash() {
        for (Append append : waiting) {
            if (random.nextBoolean()) {
                put(append);
            }
        }
        waiting.clear();
    }
}
