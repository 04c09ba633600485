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
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The records of sessions, which outlive the broker. What was on its way when it died may be there or not. */
final class SimulatedSessionLog implements SessionLog {
    private final Random random;
    private final Trace trace;
    private final Map<RecordKey, byte[]> records = new LinkedHashMap<>();
    private final List<Append> waiting = new ArrayList<>();
    private boolean mayFail = true;
    /** The record that is on its way until the broker dies or it is let go. */
    private @Nullable RecordKey held;

    private record Append(RecordKey key, byte[] value, AppendListener listener) {}

    SimulatedSessionLog(Random random, Trace trace) {
        this.random = random;
        this.trace = trace;
    }

    void heal() {
        mayFail = false;
    }

    /** Keeps a record on its way; it has arrived when the broker dies. */
    void hold(RecordKey key) {
        held = key;
    }

    void letGo() {
        held = null;
    }

    boolean isHolding() {
        return waiting.stream().anyMatch(append -> append.key().equals(held));
    }

    /** Puts a record there. */
    void put(RecordKey key, byte[] value) {
        records.put(key, value);
    }

    /** The newest record of a key; nothing when there is none, or it was deleted. */
    Optional<byte[]> get(RecordKey key) {
        return Optional.ofNullable(records.get(key)).filter(value -> value.length > 0);
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
        List<Append> free =
                waiting.stream().filter(append -> !append.key().equals(held)).toList();
        if (free.isEmpty()) {
            return false;
        }
        Append append = free.get(random.nextInt(free.size()));
        waiting.remove(append);
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
            if (append.key().equals(held) || random.nextBoolean()) {
                put(append);
            }
        }
        waiting.clear();
    }
}
