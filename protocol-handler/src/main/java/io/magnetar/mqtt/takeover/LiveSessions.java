package io.magnetar.mqtt.takeover;

import io.magnetar.mqtt.session.SessionKey;
import io.magnetar.tenancy.Namespace;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The connected session of each (namespace, client identifier): there is one at a time [MQTT-3.1.4-3].
 *
 * <p>Thread: any.
 */
public final class LiveSessions {
    private final Map<SessionKey, Claimant> sessions = new ConcurrentHashMap<>();

    /** A session that holds, or waits for, a client identifier. */
    public interface Claimant {
        /** Ends the session, for another connection has come with its client identifier. Any thread. */
        void takeOver();

        /** The namespace of the session has been closed: the session ends. Any thread. */
        void namespaceClosed();

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
        Claimant previous = sessions.put(key, claimant);
        if (previous == null) {
            return CompletableFuture.completedFuture(null);
        }
        previous.takeOver();
        return previous.ended();
    }

    /** Gives a client identifier back, unless another session has claimed it since. */
    public void release(SessionKey key, Claimant claimant) {
        sessions.remove(key, claimant);
    }

    /** Ends all sessions of a namespace that has been closed. Looks at all sessions. */
    public void endAll(Namespace namespace) {
        sessions.forEach((key, claimant) -> {
            if (key.namespace().equals(namespace)) {
                claimant.namespaceClosed();
            }
        });
    }

    /** Tells the session of a client identifier, if there is one, that a trace of it has begun or ended. */
    public void traceChanged(SessionKey key) {
        Claimant claimant = sessions.get(key);
        if (claimant != null) {
            claimant.traceChanged();
        }
    }

    public int size() {
        return sessions.size();
    }
}
