package io.magnetar.mqtt.queue;

import io.magnetar.message.Message;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.clock.BrokerClock;
import io.magnetar.mqtt.counters.Counter;
import io.magnetar.mqtt.counters.Counters;
import io.magnetar.mqtt.counters.Drop;
import io.magnetar.mqtt.owner.Owner;
import io.magnetar.mqtt.queue.Delivery.State;
import io.magnetar.mqtt.record.SessionProgress.PartitionProgress;
import io.magnetar.stream.Position;
import io.magnetar.stream.queue.QueuedMessage;
import io.magnetar.topic.TopicFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a group is owed, from the log to whoever deals it out.
 *
 * <pre>
 *   in the log --dealt--> leased --done--> done: the cursor passes it as soon as all before it are
 *       ^                  |   ^
 *       | nobody is there  |   | dealt again, before anything new
 *       +------------------+-> taken back
 * </pre>
 *
 * While nobody is there, nothing of it is in memory but the cursors, and where what is not done lies.
 *
 * <p>Bounds: at most {@value #MAX_LEASED} messages are leased or wait to be dealt again; their payloads stay within a limit. At
 * either bound nothing new is dealt until something is done. How much is done behind what is leased has no bound.
 *
 * <p>Thread: the group's owner, but for {@link #mayWant}.
 */
public final class GroupQueue implements PartitionUser {
    public static final int MAX_LEASED = 4_096;
    /** Not a packet identifier: what is leased is recorded with it. */
    private static final int LEASED = 1;
    /** After so many ticks without room nothing that has not been dealt is kept in memory. */
    private static final int PATIENT_TICKS = 5;

    private final NamespaceQueue queue;
    private final TopicFilter filter;
    private final Owner owner;
    private final Dealer dealer;
    private final BrokerClock clock;
    private final Counters counters;

    private final Map<Integer, PartitionQueue> partitions = new TreeMap<>();
    private final TreeSet<GroupMessage> takenBack = new TreeSet<>(GroupMessage.IN_ORDER);
    private long maxLeasedBytes = Long.MAX_VALUE;
    private long liveUntilMicros;
    private int leased;
    private long leasedBytes;
    private int first;
    private int ticksWithoutRoom;
    private boolean resting = true;

    /** Who deals. Thread: the group's owner. */
    public interface Dealer {
        /** Whether somebody seems to have room. */
        boolean hasRoom();

        /** Hands a message to somebody. @return false when nobody has room for it */
        boolean deal(GroupMessage message);

        /** The progress has changed. */
        void changed();

        /** The log no longer keeps what comes next: messages may be lost. */
        void placeLost();
    }

    /** @param progress by partition, all that messages of the filter may be in */
    public GroupQueue(
            NamespaceQueue queue,
            TopicFilter filter,
            Owner owner,
            Dealer dealer,
            Map<Integer, PartitionProgress> progress,
            BrokerClock clock,
            Counters counters) {
        this.queue = queue;
        this.filter = filter;
        this.owner = owner;
        this.dealer = dealer;
        this.clock = clock;
        this.counters = counters;
        progress.forEach((index, saved) -> partitions.put(index, new PartitionQueue(index, queue, this, saved)));
    }

    /** The progress of a group that begins behind the given ends of all partitions. */
    public static Map<Integer, PartitionProgress> beginning(
            NamespaceQueue queue, TopicFilter filter, List<Position> ends) {
        Map<Integer, PartitionProgress> progress = new HashMap<>();
        queue.partitions(filter).stream()
                .forEach(index -> progress.put(index, PartitionProgress.behind(ends.get(index))));
        return progress;
    }

    /** Sets how many bytes of payload may be leased; one message may always be. */
    public void limit(long bytes) {
        maxLeasedBytes = bytes;
    }

    /** What was published before this time went to the members live, also where the log has it for others. */
    public void passOver(long untilMicros) {
        liveUntilMicros = untilMicros;
    }

    /** Somebody is there: begins to read. */
    public void start() {
        if (resting) {
            resting = false;
            ticksWithoutRoom = 0;
            queue.subscribe(filter, this);
            drain();
        }
    }

    /** Nobody is there any more: stops to read, and forgets what was taken back, for the log has it. */
    public void rest() {
        if (resting) {
            return;
        }
        resting = true;
        queue.unsubscribe(filter, this);
        partitions.values().forEach(PartitionQueue::rest);
        takenBack.descendingSet().forEach(this::rewind);
        takenBack.clear();
    }

    private void rewind(GroupMessage message) {
        free(message);
        partition(message).rewind(message.delivery);
    }

    private void free(GroupMessage message) {
        leased--;
        leasedBytes -= message.message().weight();
    }

    private PartitionQueue partition(GroupMessage message) {
        return Objects.requireNonNull(partitions.get(message.partition()), "it was dealt from there");
    }

    /** Deals out as far as there is room: what was taken back, then what follows in the log. */
    public void drain() {
        while (!resting && !takenBack.isEmpty()) {
            GroupMessage next = takenBack.first();
            if (next.message().properties().expiresAtMillis() <= clock.millis()) {
                counters.drop(Drop.EXPIRED, queue.definition().namespace());
                takenBack.remove(next);
                finish(next);
            } else if (dealer.deal(next)) {
                takenBack.remove(next);
                counters.count(Counter.GROUP_REDELIVERIES);
            } else {
                return;
            }
        }
        if (resting || partitions.isEmpty()) {
            return;
        }
        List<PartitionQueue> all = new ArrayList<>(partitions.values());
        first = (first + 1) % all.size();
        for (int i = 0; i < all.size(); i++) {
            all.get((first + i) % all.size()).drain();
        }
    }

    /** A leased message is done. */
    public void done(GroupMessage message) {
        if (message.delivery.state == State.SENT) {
            finish(message);
        }
    }

    private void finish(GroupMessage message) {
        free(message);
        message.delivery.place.done(message.delivery);
        dealer.changed();
    }

    /** A leased message comes back: another is to have it. */
    public void takeBack(GroupMessage message) {
        if (message.delivery.state != State.SENT) {
            return;
        }
        if (resting) {
            rewind(message);
        } else {
            takenBack.add(message);
        }
    }

    /** Strikes out a message that a member's session has made its own. */
    public void claim(int index, Position position) {
        PartitionQueue partition = partitions.get(index);
        Delivery delivery = partition == null ? null : partition.taken().get(position);
        if (delivery != null && partition != null && delivery.state == State.HELD) {
            partition.taken().doneHeld(delivery);
            dealer.changed();
        }
    }

    @Override
    public boolean mayWant(int partition, QueuedMessage message) {
        return filter.matches(message.message().topic());
    }

    @Override
    public boolean hasRoom() {
        return !resting
                && takenBack.isEmpty()
                && leasedBytes < maxLeasedBytes
                && leased < MAX_LEASED
                && dealer.hasRoom();
    }

    /** How many messages are leased, or wait to be dealt again. */
    public int leased() {
        return leased;
    }

    @Override
    public boolean examine(PartitionQueue partition, QueuedMessage next) {
        Delivery taken = partition.taken().get(next.position());
        if (taken == null ? !isOwed(next.message()) : taken.state != State.HELD) {
            return true;
        }
        if (next.message().properties().expiresAtMillis() <= clock.millis()) {
            counters.drop(Drop.EXPIRED, queue.definition().namespace());
            if (taken != null) {
                partition.taken().doneHeld(taken);
                dealer.changed();
            }
            return true;
        }
        return hasRoom() && deal(partition, next, taken);
    }

    private boolean deal(PartitionQueue partition, QueuedMessage next, @Nullable Delivery taken) {
        Delivery delivery = taken == null
                ? new Delivery(
                        partition.taken(),
                        next.position(),
                        partition.taken().examined(),
                        next.message().qos(),
                        LEASED,
                        State.SENT)
                : taken;
        if (!dealer.deal(new GroupMessage(delivery, partition.index, next.message()))) {
            return false;
        }
        if (taken == null) {
            partition.taken().add(delivery);
        } else {
            delivery.place.resent(delivery);
            counters.count(Counter.GROUP_REDELIVERIES);
        }
        leased++;
        leasedBytes += next.message().weight();
        dealer.changed();
        return true;
    }

    private boolean isOwed(Message message) {
        return message.qos() != Qos.AT_MOST_ONCE
                && message.timestampMicros() > liveUntilMicros
                && filter.matches(message.topic());
    }

    @Override
    public void lost(Delivery delivery) {
        counters.drop(Drop.EXPIRED, queue.definition().namespace());
        dealer.changed();
    }

    @Override
    public void placeLost() {
        counters.count(Counter.QUEUE_PLACES_LOST);
        dealer.placeLost();
    }

    @Override
    public void onTail(int partition, List<QueuedMessage> messages) {
        PartitionQueue target = partitions.get(partition);
        if (target != null) {
            target.onTail(messages);
        }
    }

    /** To be called about every second. */
    public void tick() {
        if (resting) {
            return;
        }
        ticksWithoutRoom = hasRoom() ? 0 : ticksWithoutRoom + 1;
        if (ticksWithoutRoom >= PATIENT_TICKS) {
            partitions.values().forEach(PartitionQueue::park);
        }
        partitions.values().forEach(PartitionQueue::followTail);
        drain();
    }

    /** How far each partition has come, for the record. */
    public Map<Integer, PartitionProgress> progress() {
        Map<Integer, PartitionProgress> progress = new HashMap<>();
        partitions.forEach(
                (index, partition) -> progress.put(index, partition.taken().progress()));
        return progress;
    }

    /** The group has ended. */
    public void close() {
        rest();
        partitions.values().forEach(PartitionQueue::close);
    }

    @Override
    public Owner owner() {
        return owner;
    }
}
