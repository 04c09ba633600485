package io.magnetar.mqtt.queue;

import io.magnetar.mqtt.owner.Owner;
import io.magnetar.mqtt.record.SessionProgress.PartitionProgress;
import io.magnetar.stream.Position;
import io.magnetar.stream.queue.QueuedMessage;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One user's way through one partition of the queue.
 *
 * <pre>
 *   AWAY --room at the client: join--> TAIL           follows the shared tail
 *     ^  \                              | too much has arrived, or nothing leaves
 *     |   --too far behind--> READER    | reads from its own cursor, joins the tail when it has come near
 *     +---------------------------------+
 * </pre>
 *
 * What has arrived continues what was examined without a gap, whatever the source: positions decide. At most about 256 KiB, or
 * 1,024 messages that the tail remembers anyway, wait here, and nothing while the client takes nothing.
 *
 * <p>Thread: the user's owner.
 */
final class PartitionQueue {
    private static final int MAX_ARRIVED = 1_024;
    private static final long RETRY_MILLIS = 200;

    private enum Source {
        AWAY,
        TAIL,
        READER
    }

    final int index;
    private final NamespaceQueue queue;
    private final PartitionUser user;
    private final Owner owner;
    private final ArrayDeque<QueuedMessage> arrived = new ArrayDeque<>();
    private final Taken taken;

    private Source source = Source.AWAY;
    private @Nullable CatchUpReader reader;
    private boolean joining;
    /** Nothing is to be read for the time being. */
    private boolean resting;
    /** Rises when it begins to rest: what the tail has passed on since is not for it. */
    private int rests;

    private boolean closed;
    /** Rises when the source changes: what was asked for before has no meaning. */
    private int attachment;

    /** All at it and before was examined or has arrived. */
    private Position end;

    PartitionQueue(int index, NamespaceQueue queue, PartitionUser user, PartitionProgress progress) {
        this.index = index;
        this.queue = queue;
        this.user = user;
        this.owner = user.owner();
        this.taken = new Taken(progress);
        this.end = progress.cursor();
    }

    /** What is taken of it. */
    Taken taken() {
        return taken;
    }

    /** Examines what has arrived as far as there is room, and sees to it that more comes. */
    void drain() {
        if (closed) {
            return;
        }
        while (!arrived.isEmpty()) {
            QueuedMessage next = arrived.peek();
            if (!taken.isDone(next.position()) && !user.examine(this, next)) {
                return;
            }
            if (!next.equals(arrived.peek())) {
                return; // Examining it has ended the user, or this.
            }
            arrived.poll();
            examined(next.position());
            if (reader != null) {
                reader.left();
            }
        }
        examined(end);
        if (user.hasRoom()) {
            resting = false;
            fetch();
        }
    }

    private void examined(Position position) {
        taken.examined(position, user::lost);
    }

    private void fetch() {
        if (source == Source.AWAY
                || (reader != null && !queue.tail(index).remembersFrom().isAfter(end))) {
            join();
        }
        if (reader != null) {
            reader.more();
        }
    }

    private void join() {
        if (joining) {
            return;
        }
        joining = true;
        Position after = end;
        int asked = rests;
        queue.tail(index).join(user, after, missed -> onJoined(after, asked, missed));
    }

    private void onJoined(Position after, int asked, @Nullable List<QueuedMessage> missed) {
        joining = false;
        if (missed == null) {
            if (!closed && !resting && source == Source.AWAY) {
                read();
            }
        } else if (closed || resting) {
            queue.tail(index).leave(user);
        } else if (asked != rests || after.isAfter(end)) { // It was away in between, or has gone back.
            queue.tail(index).leave(user);
            drain();
        } else {
            change(Source.TAIL);
            onTail(missed);
        }
    }

    /** Messages from the tail. */
    void onTail(List<QueuedMessage> messages) {
        if (closed || source != Source.TAIL) {
            return;
        }
        for (QueuedMessage message : messages) {
            if (!message.position().isAfter(end)) {
                continue;
            }
            boolean wanted = user.mayWant(index, message);
            if (wanted && arrived.size() >= MAX_ARRIVED) {
                change(Source.AWAY);
                break;
            }
            if (wanted) {
                arrived.add(message);
            }
            end = message.position();
        }
        drain();
    }

    private void read() {
        change(Source.READER);
        CatchUpReader opening = new CatchUpReader(queue, this, user);
        if (opening.open(index, end)) {
            reader = opening;
        } else {
            retryLater();
        }
    }

    /** Messages from its own reader, all that are wanted of those up to a position. */
    void onRead(CatchUpReader from, List<QueuedMessage> wanted, Position upTo) {
        if (closed || !from.equals(reader)) {
            return;
        }
        arrived.addAll(wanted);
        end = upTo;
        drain();
    }

    void onFailed(CatchUpReader from) {
        if (from.equals(reader)) {
            reader = null;
            retryLater();
        }
    }

    private void retryLater() {
        int since = ++attachment;
        owner.schedule(
                () -> {
                    if (since == attachment && !closed) {
                        source = Source.AWAY;
                        drain();
                    }
                },
                RETRY_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    private void change(Source next) {
        attachment++;
        if (source == Source.TAIL) {
            queue.tail(index).leave(user);
        }
        if (reader != null) {
            reader.close();
            reader = null;
        }
        source = next;
    }

    /** The client takes nothing: what has arrived is given up, and read again when there is room. */
    void park() {
        if (!arrived.isEmpty() || source == Source.READER) {
            arrived.clear();
            end = taken.examined();
            change(Source.AWAY);
        }
    }

    /** Stops to read until there is room again. */
    void rest() {
        resting = true;
        rests++;
        arrived.clear();
        end = taken.examined();
        change(Source.AWAY);
    }

    /** Goes back to a message that was taken, for its user has forgotten it: it is read again like what was held. */
    void rewind(Delivery delivery) {
        taken.rewind(delivery);
        arrived.clear();
        end = taken.examined();
        change(Source.AWAY);
    }

    /** Lets an idle user's cursor follow the tail, so that it has little to read when it comes back. */
    void followTail() {
        if (source != Source.TAIL) {
            return;
        }
        Position tail = queue.tail(index).position();
        int since = attachment;
        // Behind all that the tail has handed over up to this position.
        owner.execute(() -> {
            if (since == attachment && !closed && arrived.isEmpty() && tail.isAfter(end)) {
                end = tail;
                examined(tail);
            }
        });
    }

    void close() {
        closed = true;
        arrived.clear();
        change(Source.AWAY);
    }
}
