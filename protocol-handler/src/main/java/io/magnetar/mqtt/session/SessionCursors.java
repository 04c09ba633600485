package io.magnetar.mqtt.session;

import io.magnetar.mqtt.clock.BrokerClock;
import io.magnetar.mqtt.record.SessionDefinition;
import io.magnetar.mqtt.record.SessionProgress;
import io.magnetar.mqtt.record.StreamProgress;
import io.magnetar.mqtt.record.StreamStart;
import io.magnetar.mqtt.record.SubscriptionRecord;
import io.magnetar.mqtt.session.RecordSaver.WhenSaved;
import io.magnetar.stream.EndPosition;
import io.magnetar.stream.StartPosition;
import io.magnetar.stream.StreamSubscriptionSyntax;
import io.magnetar.tenancy.Namespace;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The places of durable sessions in streams, seen and moved by others than their clients.
 *
 * <p>Thread: any. A move and a CONNECT of the same session exclude each other: the move is entered in {@link #moves} before it looks for
 * a connection, and a connection is entered before it looks here.
 */
public final class SessionCursors {
    /** A will that is due so soon is left to be published first. */
    private static final long WILL_MARGIN_MILLIS = 5_000;

    private final SessionRecords records;
    private final BrokerClock clock;
    private final Predicate<SessionKey> connected;
    private final SessionWills wills;
    private final Map<SessionKey, CompletableFuture<Void>> moves = new ConcurrentHashMap<>();

    SessionCursors(SessionRecords records, BrokerClock clock, Predicate<SessionKey> connected, SessionWills wills) {
        this.records = records;
        this.clock = clock;
        this.connected = connected;
        this.wills = wills;
    }

    /** The move of a session that is under way; null when there is none. Never fails. */
    @Nullable
    CompletableFuture<Void> move(SessionKey key) {
        return moves.get(key);
    }

    /** Those of a namespace, by client identifier. Looks at all sessions. */
    public List<StreamCursor> of(Namespace namespace) {
        List<StreamCursor> cursors = new ArrayList<>();
        records.forEach((key, stored) -> {
            if (key.namespace().equals(namespace)) {
                cursors.addAll(cursors(key, stored));
            }
        });
        cursors.sort(
                Comparator.comparing((StreamCursor cursor) -> cursor.session().clientId())
                        .thenComparing(StreamCursor::filter));
        return cursors;
    }

    /** Those of a session; none when there is no such session. */
    public List<StreamCursor> of(SessionKey key) {
        StoredSession stored = records.get(key);
        return stored == null ? List.of() : cursors(key, stored);
    }

    private List<StreamCursor> cursors(SessionKey key, StoredSession stored) {
        List<StreamCursor> cursors = new ArrayList<>();
        SessionProgress progress = null;
        for (SubscriptionRecord subscription : stored.readDefinition().subscriptions()) {
            StreamStart start = subscription.stream();
            if (start != null) {
                progress = progress == null ? stored.readProgress() : progress;
                StreamProgress recorded =
                        progress.streams().get(StreamSubscriptionSyntax.withoutOffset(subscription.filter()));
                boolean follows = recorded != null && recorded.since() == start.since();
                cursors.add(new StreamCursor(
                        key, connected.test(key), subscription.filter(), start, follows ? recorded : null));
            }
        }
        return cursors;
    }

    /** What became of a move. */
    public enum Moved {
        DONE,
        /** There is no such session, or it has no such subscription. */
        MISSING,
        /** The session has a connection: its client alone moves it. */
        CONNECTED,
        /** Something else is under way with the session: try again. */
        BUSY
    }

    /**
     * Moves a session that has no connection.
     *
     * @param filter the subscription, as its client wrote it
     * @return completes when the record is in the log
     */
    public CompletableFuture<Moved> move(SessionKey key, String filter, StartPosition.Resume to) {
        CompletableFuture<Void> over = new CompletableFuture<>();
        if (moves.putIfAbsent(key, over) != null) {
            return CompletableFuture.completedFuture(Moved.BUSY);
        }
        CompletableFuture<Moved> moved = new CompletableFuture<>();
        try {
            start(key, filter, to, moved);
        } catch (RuntimeException e) {
            moved.completeExceptionally(e);
        }
        return moved.whenComplete((done, failure) -> {
            moves.remove(key, over);
            over.complete(null);
        });
    }

    private void start(SessionKey key, String filter, StartPosition.Resume to, CompletableFuture<Moved> moved) {
        StoredSession stored = records.get(key);
        if (stored == null) {
            moved.complete(Moved.MISSING);
        } else if (connected.test(key)) {
            moved.complete(Moved.CONNECTED);
        } else if (!wills.tried(key).isDone() || stored.willDueMillis() - WILL_MARGIN_MILLIS <= clock.millis()) {
            moved.complete(Moved.BUSY);
        } else {
            StreamStart start = new StreamStart(clock.nextMicros(), to.fromMicros(), to.after());
            record(key, stored, filter, start, moved);
        }
    }

    private static SubscriptionRecord moved(
            SubscriptionRecord subscription, StreamStart start, EndPosition.@Nullable Fixed end) {
        StreamStart moved = new StreamStart(start.since(), start.fromMicros(), start.after(), end);
        return new SubscriptionRecord(subscription.request(), subscription.subscriptionId(), List.of(), moved);
    }

    private void record(
            SessionKey key, StoredSession stored, String filter, StreamStart start, CompletableFuture<Moved> moved) {
        SessionDefinition definition = stored.readDefinition();
        List<SubscriptionRecord> subscriptions = new ArrayList<>();
        boolean found = false;
        for (SubscriptionRecord subscription : definition.subscriptions()) {
            StreamStart before = subscription.stream();
            if (before != null && subscription.filter().equals(filter)) {
                found = true;
                subscriptions.add(moved(subscription, start, before.end()));
            } else {
                subscriptions.add(subscription);
            }
        }
        if (!found) {
            moved.complete(Moved.MISSING);
            return;
        }
        WhenSaved whenSaved = new WhenSaved(() -> moved.complete(Moved.DONE));
        if (!records.change(key, stored, definition.with(subscriptions), whenSaved)) {
            moved.complete(Moved.BUSY);
        }
    }
}
