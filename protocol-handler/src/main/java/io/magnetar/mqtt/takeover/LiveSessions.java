package io.magnetar.mqtt.takeover;

import io.magnetar.mqtt.session.SessionFigures;
import io.magnetar.mqtt.session.SessionKey;
import io.magnetar.tenancy.Namespace;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The connected session of each (namespace, client identifier): there is one at a time [MQTT-3.1.4-3]. Those of a namespace are in the
 * order of their client identifiers.
 *
 * <p>Thread: any. A namespace's sessions come and go one after the other; a namespace without sessions has no table.
 */
public final class LiveSessions {
    private final Map<Namespace, ConcurrentNavigableMap<String, Claimant>> namespaces = new ConcurrentHashMap<>();
    private final LongAdder size = new LongAdder();

    /** A session that holds, or waits for, a client identifier. */
    public interface Claimant {
        /** Ends the session, for another connection has come with its client identifier. Any thread. */
        void takeOver();

        /** The namespace of the session has been closed: the session ends. Any thread. */
        void namespaceClosed();

        /** An administrator ends the connection, and on request the session with it. Any thread. */
        void kick(boolean endsSession);

        /** The client, when it is connected. Any thread. */
        @Nullable
        ConnectedClient client();

        /** How the session is now; nothing when there is none yet, or no more. Completes at its owner. */
        CompletableFuture<Optional<SessionFigures>> figures();

        /** A trace of the client identifier has begun or ended. Any thread. */
        void traceChanged();

        /** Completes when nothing of the session is left. Any thread. */
        CompletableFuture<Void> ended();
    }

    /**
     * Claims a client identifier for a session and ends the one that had it.
     *
     * @return completes when the claimant is alone; on any thread
     */
    public CompletableFuture<Void> claim(SessionKey key, Claimant claimant) {
        @Nullable Claimant[] previous = {null};
        namespaces.compute(key.namespace(), (same, known) -> {
            ConcurrentNavigableMap<String, Claimant> sessions = known == null ? new ConcurrentSkipListMap<>() : known;
            previous[0] = sessions.put(key.clientId(), claimant);
            return sessions;
        });
        Claimant before = previous[0];
        if (before == null) {
            size.increment();
            return CompletableFuture.completedFuture(null);
        }
        before.takeOver();
        return before.ended();
    }

    /** Gives a client identifier back, unless another session has claimed it since. */
    public void release(SessionKey key, Claimant claimant) {
        namespaces.computeIfPresent(key.namespace(), (same, sessions) -> {
            if (sessions.remove(key.clientId(), claimant)) {
                size.decrement();
            }
            return sessions.isEmpty() ? null : sessions;
        });
    }

    /** Those of a namespace by client identifier, as they come and go; not to be changed. */
    public ConcurrentNavigableMap<String, Claimant> of(Namespace namespace) {
        ConcurrentNavigableMap<String, Claimant> sessions = namespaces.get(namespace);
        return sessions == null ? new ConcurrentSkipListMap<>() : sessions;
    }

    private void forEach(Namespace namespace, BiConsumer<String, Claimant> action) {
        of(namespace).forEach(action);
    }

    /** Ends all sessions of a namespace that has been closed. */
    public void endAll(Namespace namespace) {
        forEach(namespace, (clientId, claimant) -> claimant.namespaceClosed());
    }

    /**
     * Ends all connections of a namespace; their clients may come again.
     *
     * @return how many there were
     */
    public int kickAll(Namespace namespace) {
        int[] kicked = {0};
        forEach(namespace, (clientId, claimant) -> {
            claimant.kick(false);
            kicked[0]++;
        });
        return kicked[0];
    }

    /** Ends the connections of those whose sessions are in a namespace and that are meant. */
    public void kickThose(Namespace namespace, Predicate<ConnectedClient> meant) {
        forThose(namespace, meant, claimant -> claimant.kick(false));
    }

    /** Ends all sessions of those whose sessions are in a namespace, and that are of another one that has been closed. */
    public void endThose(Namespace namespace, Namespace closed) {
        forThose(namespace, client -> client.namespace().equals(closed), Claimant::namespaceClosed);
    }

    private void forThose(Namespace namespace, Predicate<ConnectedClient> meant, Consumer<Claimant> action) {
        forEach(namespace, (clientId, claimant) -> {
            ConnectedClient client = claimant.client();
            if (client != null && meant.test(client)) {
                action.accept(claimant);
            }
        });
    }

    /** The session of a client identifier, or null. */
    public @Nullable Claimant get(SessionKey key) {
        return of(key.namespace()).get(key.clientId());
    }

    /** Tells the session of a client identifier, if there is one, that a trace of it has begun or ended. */
    public void traceChanged(SessionKey key) {
        Claimant claimant = get(key);
        if (claimant != null) {
            claimant.traceChanged();
        }
    }

    public int size() {
        return size.intValue();
    }
}
