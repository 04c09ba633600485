package io.magnetar.mqtt.queue;

import io.magnetar.mqtt.owner.Owner;
import io.magnetar.mqtt.queue.Delivery.State;
import io.magnetar.mqtt.record.SessionProgress.DeliveryRecord;
import io.magnetar.mqtt.record.SessionProgress.PartitionProgress;
import io.magnetar.stream.queue.Position;
import io.magnetar.stream.queue.QueuedMessage;
import java.util.ArrayDeque;
import java.util.List;
import java.util.TreeMap;
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
final class PartitionQueue implements DeliveryPlace {
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
    /** What was taken and is not done, and what is done behind it. */
    private final TreeMap<Position, Delivery> deliveries = new TreeMap<>();

    private int held;
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

    /** All at it and before was examined. */
    private Position examined;
    /** All at it and before was examined or has arrived. */
    private Position end;

    PartitionQueue(int index, NamespaceQueue queue, PartitionUser user, PartitionProgress progress) {
        this.index = index;
        this.queue = queue;
        this.user = user;
        this.owner = user.owner();
        this.examined = progress.cursor();
        this.end = progress.cursor();
        Position before = progress.cursor();
        for (DeliveryRecord taken : progress.deliveries()) {
            boolean done = taken.packetId() == DeliveryRecord.DONE;
            held += done ? 0 : 1;
            deliveries.put(
                    taken.position(),
                    new Delivery(
                            this,
                            taken.position(),
                            before,
                            taken.qos(),
                            taken.packetId(),
                            done ? State.DONE : State.HELD));
            before = taken.position();
        }
    }

    PartitionProgress progress() {
        boolean behind = deliveries.isEmpty() || deliveries.firstKey().isAfter(examined);
        Position cursor = behind ? examined : deliveries.firstEntry().getValue().before;
        return new PartitionProgress(
                cursor,
                deliveries.values().stream()
                        .map(delivery -> new DeliveryRecord(
                                delivery.position,
                                delivery.qos,
                                delivery.state == State.DONE ? DeliveryRecord.DONE : delivery.packetId))
                        .toList());
    }

    Position examined() {
        return examined;
    }

    int tracked() {
        return deliveries.size();
    }

    Iterable<Delivery> deliveries() {
        return deliveries.values();
    }

    @Nullable
    Delivery delivery(Position position) {
        return deliveries.get(position);
    }

    void add(Delivery delivery) {
        deliveries.put(delivery.position, delivery);
    }

    @Override
    public void resent(Delivery delivery) {
        delivery.state = State.SENT;
        held--;
    }

    @Override
    public void done(Delivery delivery) {
        delivery.state = State.DONE;
        forgetDone();
    }

    /** All before the first that is not done is done; but what is read again is remembered until it has come. */
    private void forgetDone() {
        while (!deliveries.isEmpty()
                && deliveries.firstEntry().getValue().state == State.DONE
                && !deliveries.firstKey().isAfter(examined)) {
            deliveries.pollFirstEntry();
        }
    }

    /** Examines what has arrived as far as there is room, and sees to it that more comes. */
    void drain() {
        if (closed) {
            return;
        }
        while (!arrived.isEmpty()) {
            QueuedMessage next = arrived.peek();
            if (!user.examine(this, next)) {
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

    /** What was on its way and did not come again before this position is no longer in the log. */
    private void examined(Position position) {
        examined = position;
        if (held > 0) {
            List<Delivery> lost = deliveries.headMap(position, true).values().stream()
                    .filter(delivery -> delivery.state == State.HELD)
                    .toList();
            for (Delivery delivery : lost) {
                held--;
                user.lost(delivery);
                done(delivery);
            }
        }
        forgetDone();
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
            end = examined;
            change(Source.AWAY);
        }
    }

    /** Stops to read until there is room again. */
    void rest() {
        resting = true;
        rests++;
        arrived.clear();
        end = examined;
        change(Source.AWAY);
    }

    /** Goes back to a message that was taken, for its user has forgotten it: it is read again like what was held. */
    void rewind(Delivery delivery) {
        delivery.state = State.HELD;
        held++;
        arrived.clear();
        if (examined.isAfter(delivery.before)) {
            examined = delivery.before;
        }
        end = examined;
        change(Source.AWAY);
    }

    /** What was held is done without being met again. */
    void doneHeld(Delivery delivery) {
        held--;
        done(delivery);
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
