package io.magnetar.mqtt.share;

import io.magnetar.mqtt.clock.BrokerClock;
import io.magnetar.mqtt.counters.Counter;
import io.magnetar.mqtt.counters.Counters;
import io.magnetar.mqtt.flow.LogText;
import io.magnetar.mqtt.owner.Owner;
import io.magnetar.mqtt.queue.GroupMessage;
import io.magnetar.mqtt.queue.GroupQueue;
import io.magnetar.mqtt.queue.NamespaceQueue;
import io.magnetar.mqtt.record.Checkpoints;
import io.magnetar.mqtt.record.GroupRecord;
import io.magnetar.stream.Position;
import io.magnetar.stream.StreamAppender.AppendListener;
import io.magnetar.tenancy.Namespace;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The durable side of a shared subscription: what is published at QoS 1 and 2 comes from the log, and is dealt out to the members
 * that are connected. While none is, it stays there.
 *
 * <pre>
 *   the log --GroupQueue--> dealt to a Seat --arrives at the client's owner--> at the client --acknowledged--> done, recorded
 *                ^                |                        |                          |
 *                +----------------+-- no room, left -------+-- its connection ends ---+   (QoS 1, and QoS 2 that has not left)
 * </pre>
 *
 * QoS 2 changes hands once: a durable session records the message as its own before PUBLISH leaves, and the group strikes it out.
 * A client without one keeps it while it is connected; when it leaves without PUBREC nobody else gets it [MQTT-4.8.2-5].
 *
 * <p>It is recorded while it has a durable member. One that lost the last of them goes on without a record until its last member
 * leaves, so that nothing is lost or comes twice in between.
 *
 * <p>Thread: its own owner; what members and sessions call may come from any and hands over to it.
 */
final class KeptGroup implements GroupQueue.Dealer {
    private static final Logger LOG = LoggerFactory.getLogger(KeptGroup.class);

    private final Namespace namespace;
    private final SharedFilter filter;
    private final SharedStrategy strategy;
    private final KeptSettings settings;
    private final BrokerClock clock;
    private final Counters counters;
    private final StoppedGroups stopped;
    private final Owner owner;
    private final GroupQueue queue;
    private final KeptRecord record;
    private final Checkpoints checkpoints;

    private final List<Seat> seats = new ArrayList<>();
    private Seat[] inOrder = {};
    private final Set<Seat> dealtTo = new LinkedHashSet<>();
    private final Standstill standstill = new Standstill();
    private int turn;
    private long leftMillis;
    private long liveUntilMicros;
    private boolean drainPlanned;
    private boolean draining;
    private boolean placeLost;
    private boolean closed;
    /** Whether a tick has something to look after. Any thread may read it. */
    private volatile boolean busy;

    /** What all groups of a broker have in common. */
    record Around(KeptSettings settings, BrokerClock clock, Counters counters, StoppedGroups stopped) {}

    /** @param resumed how far it has come */
    KeptGroup(
            Namespace namespace,
            SharedFilter filter,
            SharedStrategy strategy,
            NamespaceQueue log,
            GroupRecord resumed,
            Around around) {
        this.namespace = namespace;
        this.filter = filter;
        this.strategy = strategy;
        this.settings = around.settings();
        this.clock = around.clock();
        this.counters = around.counters();
        this.stopped = around.stopped();
        this.owner = settings.owners().get();
        this.queue = new GroupQueue(log, filter.filter(), owner, this, resumed.partitions(), clock, counters);
        this.queue.limit(settings.maxLeasedBytes());
        passOverUntil(resumed.liveUntilMicros());
        this.leftMillis = resumed.leftMillis() == GroupRecord.ATTENDED ? clock.millis() : resumed.leftMillis();
        this.record = new KeptRecord(settings.records(), namespace, filter, owner);
        this.checkpoints = new Checkpoints(owner, this::save, () -> {});
    }

    SharedFilter filter() {
        return filter;
    }

    /** Records it. @return completes when the log has the record, on any thread */
    CompletableFuture<Void> record() {
        CompletableFuture<Void> saved = new CompletableFuture<>();
        owner.execute(() -> {
            record.keep();
            save(failure -> {
                if (failure == null) {
                    saved.complete(null);
                } else {
                    saved.completeExceptionally(new IllegalStateException(failure.reason()));
                }
            });
        });
        return saved;
    }

    /** The log has its record already. */
    void recorded() {
        owner.execute(record::keep);
    }

    private void save(AppendListener listener) {
        record.save(() -> new GroupRecord(leftMillis, liveUntilMicros, queue.progress()), listener);
    }

    /**
     * It is owed nothing by a broker that starts again: its last durable member has gone.
     *
     * @return completes on any thread when that is handed over to the log, behind all that was saved of it
     */
    CompletableFuture<Void> forget() {
        CompletableFuture<Void> handedOver = new CompletableFuture<>();
        owner.execute(() -> {
            record.delete();
            handedOver.complete(null);
        });
        return handedOver;
    }

    /** What was published before a time went to the members live. */
    void passOver(long untilMicros) {
        owner.execute(() -> {
            passOverUntil(untilMicros);
            saveSoon(() -> {});
        });
    }

    private void passOverUntil(long untilMicros) {
        liveUntilMicros = untilMicros;
        queue.passOver(untilMicros);
    }

    /** It has ended. */
    void close() {
        owner.execute(() -> {
            closed = true;
            queue.close();
            record.afterDeletion(checkpoints::release);
        });
    }

    /** Saves how far it has come. @return completes when that was handed over to the log */
    CompletableFuture<Void> flush() {
        CompletableFuture<Void> flushed = new CompletableFuture<>();
        owner.execute(() -> {
            if (!closed) {
                save(failure -> {});
            }
            flushed.complete(null);
        });
        return flushed;
    }

    /** A client has taken a seat. */
    void onSat(Seat seat) {
        owner.execute(() -> {
            if (closed) {
                return;
            }
            seats.add(seat);
            standstill.moved();
            inOrder = seats.toArray(Seat[]::new);
            if (seats.size() == 1) {
                begin();
            }
        });
    }

    private void begin() {
        long awayMillis = leftMillis == GroupRecord.ATTENDED ? 0 : clock.millis() - leftMillis;
        if (awayMillis > settings.retentionMillis()) {
            counters.count(Counter.GROUP_BACKLOGS_CUT);
            LOG.warn(
                    "A group of namespace {} was without members for {} s, longer than messages are kept: what is older is lost: {}",
                    namespace.name(),
                    awayMillis / 1_000,
                    LogText.quoted(filter.written()));
        }
        leftMillis = GroupRecord.ATTENDED;
        placeLost = false;
        changed();
        queue.start();
    }

    /** A client has left its seat. */
    void onLeft(Seat seat) {
        owner.execute(() -> {
            if (!seats.remove(seat)) {
                return;
            }
            inOrder = seats.toArray(Seat[]::new);
            standstill.moved();
            if (seats.isEmpty()) {
                leftMillis = clock.millis();
                queue.rest();
                saveSoon(() -> {});
            }
            drainSoon();
        });
    }

    /** A seat can take messages. */
    void onReady(Seat seat) {
        owner.execute(() -> {
            seat.groupSide().open = true;
            drainSoon();
        });
    }

    /** A member did not take a message, or left before it has acknowledged it. */
    void onReturned(Lease lease) {
        owner.execute(() -> {
            Seat.GroupSide side = lease.seat.groupSide();
            side.remove(lease);
            if (side.open) {
                side.open = false;
                handOver(); // What was dealt to it before comes before it knows.
                lease.seat.owner().execute(lease.seat::onClosed);
            }
            queue.takeBack(lease.dealt);
            drainSoon();
        });
    }

    /** A member is done with a message. */
    void onSettled(Lease lease) {
        owner.execute(() -> {
            lease.seat.groupSide().remove(lease);
            done(lease);
            drainSoon();
        });
    }

    /** A member has received a message at QoS 2. */
    void onReceived(Lease lease) {
        owner.execute(() -> done(lease));
    }

    private void done(Lease lease) {
        standstill.moved();
        queue.done(lease.dealt);
    }

    /** A durable session has made a message its own. */
    void onTaken(Lease lease, Runnable then) {
        owner.execute(() -> {
            done(lease);
            saveSoon(then);
        });
    }

    /** A durable session has made a message its own, on an earlier connection. */
    void claim(int partition, Position position, Runnable then) {
        owner.execute(() -> {
            queue.claim(partition, position);
            saveSoon(then);
        });
    }

    private void saveSoon(Runnable then) {
        if (closed) {
            record.afterDeletion(then);
        } else {
            busy = true;
            checkpoints.afterSave(then);
        }
    }

    /** Many answers of members share one round. */
    private void drainSoon() {
        if (!drainPlanned) {
            drainPlanned = true;
            owner.execute(() -> {
                drainPlanned = false;
                if (!closed) {
                    draining = true;
                    queue.drain();
                    draining = false;
                    handOver();
                }
            });
        }
    }

    private void handOver() {
        for (Seat seat : dealtTo) {
            List<Lease> dealt = seat.groupSide().dealt;
            seat.groupSide().dealt = new ArrayList<>();
            seat.owner().execute(() -> seat.arrive(dealt));
        }
        dealtTo.clear();
    }

    @Override
    public boolean hasRoom() {
        for (Seat seat : inOrder) {
            if (seat.hasRoom(settings.maxLeasedBytes())) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean deal(GroupMessage message) {
        if (inOrder.length == 0) {
            return false;
        }
        int first = strategy.first(inOrder, message.message(), turn++);
        for (int i = 0; i < inOrder.length; i++) {
            Seat seat = inOrder[(first + i) % inOrder.length];
            if (seat.hasRoom(settings.maxLeasedBytes())) {
                Seat.GroupSide side = seat.groupSide();
                side.add(new Lease(this, seat, message));
                if (!draining) {
                    drainSoon();
                }
                dealtTo.add(seat);
                return true;
            }
        }
        return false;
    }

    @Override
    public void placeLost() {
        if (!placeLost) {
            placeLost = true;
            LOG.warn(
                    "A group of namespace {} is further behind than messages are kept, and may have missed some: {}",
                    namespace.name(),
                    LogText.quoted(filter.written()));
        }
    }

    @Override
    public void changed() {
        busy = true;
        checkpoints.changed();
    }

    /** Whether it stands still because of its members. Any thread. */
    boolean isStopped() {
        return standstill.isNoticed();
    }

    /** To be called about every second. */
    void tick() {
        if (busy) {
            owner.execute(this::onTick);
        }
    }

    private void onTick() {
        if (!closed) {
            if (standstill.tick(seats.isEmpty() || queue.leased() == 0 || queue.hasRoom())) {
                stopped.tell(namespace, filter, seats.size(), queue.leased());
            }
            busy = !seats.isEmpty() || !checkpoints.isSaved();
            queue.tick();
            checkpoints.tick();
        }
    }
}
