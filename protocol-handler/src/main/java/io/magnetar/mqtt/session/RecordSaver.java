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
 * does not take is tried again after a pause, or a newer one that has taken its place.
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
    /** The log did not take the last record: it is told once until it takes one. */
    private boolean failing;

    private @Nullable CompletableFuture<Void> onIdle;

    /** Is not told of failures: it waits until the log has the record, or a newer one of the key. */
    record WhenSaved(Runnable then) implements AppendListener {
        @Override
        public void appended(@Nullable StreamFailure failure) {
            if (failure == null) {
                then.run();
            }
        }
    }

    /** What is to be saved of one key. */
    private static final class Slot {
        byte @Nullable [] next;
        List<AppendListener> waiting = new ArrayList<>();
        final List<CompletableFuture<Void>> settled = new ArrayList<>(0);
        boolean writing;
        /** The key whose next record waits until the one here is saved. */
        @Nullable
        RecordKey follower;
        /** The next record waits for the one of another key. */
        boolean follows;
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
     *     now; it is then tried again all the same. A {@link WhenSaved} hears of it only then
     */
    void save(RecordKey key, byte[] value, AppendListener listener) {
        turns.take(() -> {
            slot(key).follows = false;
            put(key, value, listener);
        });
    }

    /** Saves a record that, when the one whose place it takes waits for another, waits for that too. */
    void saveInTurn(RecordKey key, byte[] value, AppendListener listener) {
        turns.take(() -> put(key, value, listener));
    }

    private void put(RecordKey key, byte[] value, AppendListener listener) {
        Slot slot = slot(key);
        slot.next = value;
        slot.waiting.add(listener);
        write(key, slot);
    }

    /** What is to be saved, and who is told, see {@link #save}. */
    record Entry(RecordKey key, byte[] value, AppendListener listener) {}

    /**
     * Saves a record, and another one when the log has it. A newer record that is given for the second key before that takes the
     * place of the second one and does not wait.
     */
    void saveInOrder(Entry first, Entry second) {
        turns.take(() -> {
            Slot before = slot(first.key());
            before.next = first.value();
            before.waiting.add(first.listener());
            before.follower = second.key();
            Slot slot = slot(second.key());
            slot.next = second.value();
            slot.waiting.add(second.listener());
            slot.follows = true;
            write(first.key(), before);
        });
    }

    /** Completes when all that was given for a key is saved. */
    CompletableFuture<Void> settled(RecordKey key) {
        CompletableFuture<Void> settled = new CompletableFuture<>();
        turns.take(() -> {
            Slot slot = slots.get(key);
            if (slot == null) {
                settled.complete(null);
            } else {
                slot.settled.add(settled);
            }
        });
        return settled;
    }

    private Slot slot(RecordKey key) {
        return slots.computeIfAbsent(key, ignored -> new Slot());
    }

    private void write(RecordKey key, Slot slot) {
        byte[] value = slot.next;
        if (slot.writing || slot.follows || value == null) {
            return;
        }
        slot.writing = true;
        slot.next = null;
        List<AppendListener> told = slot.waiting;
        slot.waiting = new ArrayList<>();
        RecordKey follower = slot.follower;
        slot.follower = null;
        log.append(key, value, failure -> {
            told.forEach(listener -> listener.appended(failure));
            turns.take(() -> {
                if (failure == null) {
                    failing = false;
                    release(follower);
                    next(key, slot);
                } else {
                    told.stream().filter(WhenSaved.class::isInstance).forEach(slot.waiting::add);
                    retry(key, slot, value, follower, failure);
                }
            });
        });
    }

    /** What has followed a record that is saved now may be saved. */
    private void release(@Nullable RecordKey follower) {
        if (follower == null) {
            return;
        }
        Slot slot = slots.get(follower);
        if (slot != null) {
            slot.follows = false;
            write(follower, slot);
        }
    }

    private void retry(RecordKey key, Slot slot, byte[] value, @Nullable RecordKey follower, StreamFailure failure) {
        if (!failing) {
            failing = true;
            LOG.warn("A session's record was not saved, it is tried again: {}", failure.reason());
        }
        if (slot.next == null) {
            slot.next = value;
        }
        if (slot.follower == null) {
            slot.follower = follower;
        }
        var unused = executor.schedule(() -> turns.take(() -> next(key, slot)), RETRY_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void next(RecordKey key, Slot slot) {
        slot.writing = false;
        if (slot.next == null) {
            slots.remove(key, slot);
            slot.settled.forEach(settled -> settled.complete(null));
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
