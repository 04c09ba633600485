package io.magnetar.mqtt.session;

import io.magnetar.mqtt.record.RecordWriter;
import io.magnetar.mqtt.record.SessionDefinition;
import io.magnetar.mqtt.session.RecordKey.Kind;
import io.magnetar.mqtt.session.RecordSaver.Entry;
import io.magnetar.stream.StreamAppender.AppendListener;
import io.magnetar.tenancy.Namespace;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The two records of each durable session, in memory as bytes and in the log. What a caller keeps it also saves; memory comes first.
 *
 * <p>Thread: any.
 */
final class SessionRecords {
    static final byte[] NOTHING = {};

    private final RecordSaver saver;
    private final long queueRetentionMillis;
    private final Map<SessionKey, StoredSession> sessions = new ConcurrentHashMap<>();
    /** Their client identifiers, changed together with the sessions. */
    private final Map<Namespace, ConcurrentSkipListSet<String>> clientIds = new ConcurrentHashMap<>();

    private final Map<Namespace, Integer> sizes = new ConcurrentHashMap<>();

    /** @param queueRetentionMillis how long messages are kept: an absent session that is owed messages lives no longer */
    SessionRecords(RecordSaver saver, long queueRetentionMillis) {
        this.saver = saver;
        this.queueRetentionMillis = queueRetentionMillis;
    }

    @Nullable
    StoredSession get(SessionKey key) {
        return sessions.get(key);
    }

    int size() {
        return sessions.size();
    }

    /** How many there are in a namespace. */
    int size(Namespace namespace) {
        return sizes.getOrDefault(namespace, 0);
    }

    void forEach(BiConsumer<SessionKey, StoredSession> action) {
        sessions.forEach(action);
    }

    /** Keeps a session's records in memory. */
    void keep(SessionKey key, SessionDefinition definition, byte[] progress) {
        StoredSession kept = StoredSession.of(definition, progress, queueRetentionMillis);
        var unused = sessions.compute(key, (same, before) -> {
            if (before == null) {
                count(key, 1);
            }
            return kept;
        });
    }

    /** @return whether memory had it as it was */
    boolean remove(SessionKey key, StoredSession known) {
        boolean[] removed = {false};
        var unused = sessions.computeIfPresent(key, (same, present) -> {
            if (!present.equals(known)) {
                return present;
            }
            count(key, -1);
            removed[0] = true;
            return null;
        });
        return removed[0];
    }

    /** Called while the session's entry is being changed, so that both tables agree. */
    private void count(SessionKey key, int change) {
        var unused = sizes.compute(key.namespace(), (namespace, before) -> {
            ConcurrentSkipListSet<String> ids =
                    clientIds.computeIfAbsent(namespace, same -> new ConcurrentSkipListSet<>());
            int size = (before == null ? 0 : before) + change;
            if (change > 0) {
                ids.add(key.clientId());
            } else {
                ids.remove(key.clientId());
            }
            if (size > 0) {
                return size;
            }
            clientIds.remove(namespace);
            return null;
        });
    }

    /** The client identifiers of a namespace, in their order, as they come and go. */
    NavigableSet<String> of(Namespace namespace) {
        ConcurrentSkipListSet<String> ids = clientIds.get(namespace);
        return ids == null ? Collections.emptyNavigableSet() : ids;
    }

    /** @return whether memory had it as it was */
    boolean replace(SessionKey key, StoredSession known, StoredSession changed) {
        return sessions.replace(key, known, changed);
    }

    void save(SessionKey key, SessionDefinition definition, AppendListener listener) {
        saver.save(new RecordKey(Kind.DEFINITION, key), RecordWriter.write(definition), listener);
    }

    void saveProgress(SessionKey key, byte[] progress, AppendListener listener) {
        saver.save(new RecordKey(Kind.PROGRESS, key), progress, listener);
    }

    /**
     * The progress comes first: what is recorded as disconnected is taken to have no more in the logs than its records tell.
     *
     * @param onProgress told of the progress
     * @param onDefinition told of the definition, or of a newer one
     */
    void saveAbsent(
            SessionKey key,
            byte[] progress,
            SessionDefinition absent,
            AppendListener onProgress,
            AppendListener onDefinition) {
        saver.saveInOrder(
                new Entry(new RecordKey(Kind.PROGRESS, key), progress, onProgress),
                new Entry(new RecordKey(Kind.DEFINITION, key), RecordWriter.write(absent), onDefinition));
    }

    /** Deletes the records of a session, unless there is one of the same key again. */
    void delete(SessionKey key) {
        var unused = sessions.compute(key, (same, again) -> {
            if (again == null) {
                saver.save(new RecordKey(Kind.PROGRESS, key), NOTHING, failure -> {});
                saver.save(new RecordKey(Kind.DEFINITION, key), NOTHING, failure -> {});
            }
            return again;
        });
    }

    /**
     * Strikes the will of a session out of its records, unless they have changed, or deletes them when the session has ended.
     *
     * @param published what they were when the publication began
     * @param onSaved told of the definition without the will; of nothing when the records have changed
     * @return whether the definition without the will is being saved
     */
    boolean strikeOutWill(SessionKey key, StoredSession published, AppendListener onSaved) {
        SessionDefinition definition = published.readDefinition().withoutWill();
        StoredSession struck = StoredSession.of(definition, published.progress(), queueRetentionMillis);
        StoredSession now = sessions.computeIfPresent(key, (same, present) -> {
            if (!present.equals(published)) {
                return present;
            }
            saver.saveInTurn(new RecordKey(Kind.DEFINITION, key), RecordWriter.write(definition), onSaved);
            return struck;
        });
        if (now == null) {
            delete(key);
        }
        return struck.equals(now);
    }

    /**
     * Keeps and saves another definition of a session without a connection, unless its records have changed.
     *
     * @return whether memory had it as it was
     */
    boolean change(SessionKey key, StoredSession known, SessionDefinition definition, AppendListener listener) {
        StoredSession changed = StoredSession.of(definition, known.progress(), queueRetentionMillis);
        StoredSession now = sessions.computeIfPresent(key, (same, present) -> {
            if (!present.equals(known)) {
                return present;
            }
            saver.saveInTurn(new RecordKey(Kind.DEFINITION, key), RecordWriter.write(definition), listener);
            return changed;
        });
        return changed.equals(now);
    }

    /** Completes when all that was given of a kind is saved. */
    CompletableFuture<Void> saved(Kind kind, SessionKey key) {
        return saver.settled(new RecordKey(kind, key));
    }
}
