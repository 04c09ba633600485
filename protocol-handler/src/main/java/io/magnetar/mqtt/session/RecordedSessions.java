package io.magnetar.mqtt.session;

import io.magnetar.mqtt.record.SessionDefinition;
import io.magnetar.tenancy.Namespace;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The durable sessions that this broker has taken up, seen and ended by others than their clients.
 *
 * <p>Thread: any.
 */
public final class RecordedSessions {
    private final SessionRecords records;
    private final AbsentSessions absentSessions;
    private final Predicate<SessionKey> connected;

    RecordedSessions(SessionRecords records, AbsentSessions absentSessions, Predicate<SessionKey> connected) {
        this.records = records;
        this.absentSessions = absentSessions;
        this.connected = connected;
    }

    /**
     * What is recorded of a session.
     *
     * @param expiresAtMillis when it ends unless its client comes back, epoch milliseconds; {@link Long#MAX_VALUE} for never
     */
    public record Recorded(boolean connected, SessionDefinition definition, long expiresAtMillis) {}

    /** The client identifiers of a namespace that have one, in their order, as they come and go; not to be changed. */
    public NavigableSet<String> of(Namespace namespace) {
        return records.of(namespace);
    }

    public Optional<Recorded> get(SessionKey key) {
        StoredSession stored = records.get(key);
        return stored == null
                ? Optional.empty()
                : Optional.of(new Recorded(connected.test(key), stored.readDefinition(), stored.expiresAtMillis()));
    }

    /**
     * Ends a session that has no connection: its will, if it has one, is due, as when it expires.
     *
     * @return false when there is none, or it has a connection by now
     */
    public boolean end(SessionKey key) {
        StoredSession stored = records.get(key);
        if (stored == null || connected.test(key)) {
            return false;
        }
        absentSessions.discard(key, stored);
        return true;
    }
}
