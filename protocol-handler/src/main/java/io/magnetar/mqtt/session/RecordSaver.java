package io.magnetar.mqtt.session;

import io.magnetar.stream.StreamAppender.AppendListener;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.turn.Turns;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Saves records. Of each key one is on its way at a time, and what has changed meanwhile shares the next one. A record that the log
 * does not take is tried again until it does or a newer one takes its place.
 *
 * <p>Thread: any may call; all state belongs to turns.
 */
final class RecordSaver {
    private static final Logger LOG = LoggerFactory.getLogger(RecordSaver.class);
    private static final long RETRY_MILLIS = 1_000;

    private final SessionLog log;
    private final ScheduledExecutorService executor;
    private final Turns turns;
    private final Map<RecordKey, Slot> slots = new HashMap<>();
    private @Nullable CompletableFuture<Void> onIdle;

    /** What is to be saved of one key. */
    private static final class Slot {
        byte @Nullable [] next;
        List<AppendListener> waiting = new ArrayList<>();
        boolean writing;
    }

    RecordSaver(SessionLog log, ScheduledExecutorService executor) {
        this.log = log;
        this.executor = executor;
        this.turns = new Turns(executor, () -> {});
    }

    /**
     * Saves a record.
     *
     * @param listener told once, on any thread: that the log has this record or a newer one of the key, or that it did not take it
     *     now; it is then tried again all the same
     */
    void save(RecordKey key, byte[] value, AppendListener listener) {
        turns.take(() -> {
            Slot slot = slots.computeIfAbsent(key, ignored -> new Slot());
            slot.next = value;
            slot.waiting.add(listener);
            write(key, slot);
        });
    }

    private void write(RecordKey key, Slot slot) {
        byte[] value = slot.next;
        if (slot.writing || value == null) {
            return;
        }
        slot.writing = true;
        slot.next = null;
        List<AppendListener> told = slot.waiting;
        slot.waiting = new ArrayList<>();
        log.append(key, value, failure -> {
            told.forEach(listener -> listener.appended(failure));
            turns.take(() -> written(key, slot, value, failure));
        });
    }

    private void written(RecordKey key, Slot slot, byte[] value, @Nullable StreamFailure failure) {
        if (failure != null && slot.next == null) {
            LOG.warn("A session's record was not saved, it is tried again: {}", failure.reason());
            slot.next = value;
            var unused =
                    executor.schedule(() -> turns.take(() -> again(key, slot)), RETRY_MILLIS, TimeUnit.MILLISECONDS);
            return;
        }
        again(key, slot);
    }

    private void again(RecordKey key, Slot slot) {
        slot.writing = false;
        if (slot.next == null) {
            slots.remove(key, slot);
            tellIdle();
        } else {
            write(key, slot);
        }
    }

    private void tellIdle() {
        if (onIdle != null && slots.isEmpty()) {
            onIdle.complete(null);
        }
    }

    /** Completes when nothing is left to be saved. */
    CompletableFuture<Void> idle() {
        CompletableFuture<Void> idle = new CompletableFuture<>();
        turns.take(() -> {
            onIdle = idle;
            tellIdle();
        });
        return idle;
    }
}
