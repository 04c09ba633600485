package io.magnetar.mqtt.queue;

import io.magnetar.message.Message;
import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.counters.Counter;
import io.magnetar.mqtt.counters.Drop;
import io.magnetar.mqtt.flow.LogText;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.owner.Owner;
import io.magnetar.mqtt.publish.OutboundPublishFlow;
import io.magnetar.mqtt.queue.Delivery.State;
import io.magnetar.mqtt.record.LentRecord;
import io.magnetar.mqtt.record.ProgressLog;
import io.magnetar.mqtt.record.SessionProgress;
import io.magnetar.mqtt.record.SessionProgress.PartitionProgress;
import io.magnetar.mqtt.record.SubscriptionRecord;
import io.magnetar.stream.Position;
import io.magnetar.stream.queue.QueuedMessage;
import io.magnetar.topic.TopicFilter;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a durable session is owed at QoS 1 and 2, from the queue to {@link Deliveries}: its subscriptions, and its way through each
 * partition.
 *
 * <p>Thread: the session's owner, but for {@link #mayWant}.
 */
public final class OwedMessages implements OutboundPublishFlow.Backlog, PartitionUser {
    /** After so many ticks without room nothing is kept in memory for the client. */
    private static final int PATIENT_TICKS = 5;

    private static final Logger LOG = LoggerFactory.getLogger(OwedMessages.class);

    private final SessionServices services;
    private final Publisher client;
    private final Owner owner;
    private final OutboundPublishFlow outbound;
    private final Deliveries deliveries;
    private final ProgressLog progress;
    private final Owed owed;
    private final LentMessages lent;
    private final PastOwing past;

    private final Map<TopicFilter, SubscriptionRecord> subscriptions = new HashMap<>();
    private final Map<Integer, PartitionQueue> partitions = new TreeMap<>();
    private final SessionProgress resumed;
    private @Nullable NamespaceQueue queue;
    private int ticksWithoutRoom;
    private boolean placeLost;
    private boolean ended;

    /** @param resumed the progress of the session before this connection */
    public OwedMessages(
            SessionServices services,
            Owner owner,
            Publisher client,
            OutboundPublishFlow outbound,
            Deliveries deliveries,
            ProgressLog progress,
            SessionProgress resumed) {
        this.services = services;
        this.owner = owner;
        this.outbound = outbound;
        this.deliveries = deliveries;
        this.progress = progress;
        this.client = client;
        this.owed = new Owed(client.clientId());
        this.lent = new LentMessages(owner, this);
        this.past = new PastOwing(owner, services.clock());
        this.resumed = resumed;
        for (LentRecord taken : resumed.lent()) {
            Delivery delivery = lent.resume(taken);
            if (delivery != null) {
                deliveries.hold(delivery);
            }
        }
        outbound.add(this);
    }

    /** The queue is there: what was taken and not done comes first. */
    public void use(NamespaceQueue opened) {
        if (queue != null || ended) {
            return;
        }
        queue = opened;
        resumed.partitions().forEach((index, saved) -> {
            PartitionQueue partition = new PartitionQueue(index, opened, this, saved);
            partitions.put(index, partition);
            Set<Position> held = new HashSet<>();
            deliveries.hold(partition.taken());
            for (Delivery delivery : partition.taken().all()) {
                if (delivery.state == State.HELD) {
                    held.add(delivery.position);
                }
            }
            owed.hold(index, held);
        });
    }

    /** Takes a subscription, or another form of one that is there; {@link #use} comes before one that owes. */
    public void add(TopicFilter filter, SubscriptionRecord subscription) {
        if (ended) {
            return;
        }
        subscriptions.put(filter, subscription);
        owed.add(filter, subscription);
        NamespaceQueue used = queue;
        if (used == null) {
            return;
        }
        if (!subscription.owes()) {
            used.unsubscribe(filter, this);
            return;
        }
        List<Position> starts = subscription.owing().get(0).starts();
        used.subscribe(filter, this);
        used.partitions(filter).stream()
                .filter(index -> !partitions.containsKey(index))
                .forEach(index -> partitions.put(
                        index, new PartitionQueue(index, used, this, PartitionProgress.behind(starts.get(index)))));
    }

    /** Owes no longer. What is on its way is completed [MQTT-3.10.4-3]. */
    public void remove(TopicFilter filter) {
        if (subscriptions.remove(filter) != null) {
            owed.remove(filter);
            if (queue != null) {
                queue.unsubscribe(filter, this);
            }
        }
    }

    /** The subscription of a filter, or null. */
    public @Nullable SubscriptionRecord subscription(TopicFilter filter) {
        return subscriptions.get(filter);
    }

    /** CONNACK has left: begins to deliver. */
    public void start() {
        deliveries.start();
        lent.start();
        drain();
    }

    @Override
    public void drain() {
        if (!ended) {
            if (queue != null) {
                lent.sendHeld(queue);
            }
            List.copyOf(partitions.values()).forEach(PartitionQueue::drain);
        }
    }

    @Override
    public void onTail(int partition, List<QueuedMessage> messages) {
        PartitionQueue target = partitions.get(partition);
        if (target != null) {
            target.onTail(messages);
        }
    }

    @Override
    public boolean mayWant(int partition, QueuedMessage message) {
        return owed.mayBe(partition, message);
    }

    @Override
    public boolean hasRoom() {
        return !ended && deliveries.hasRoom();
    }

    @Override
    public boolean examine(PartitionQueue partition, QueuedMessage next) {
        if (ended) {
            return false;
        }
        Message message = next.message();
        Form form = owed.formOf(partition.index, next);
        Deliveries.Met met = deliveries.meet(partition.taken(), next.position(), message, form);
        if (met != Deliveries.Met.NEW) {
            return met == Deliveries.Met.TAKEN;
        }
        if (form == null || message.qos() == Qos.AT_MOST_ONCE) {
            return true;
        }
        if (message.properties().expiresAtMillis() <= services.clock().millis()) {
            services.counters().drop(Drop.EXPIRED, client.namespace());
            return true;
        }
        if (!hasRoom()) {
            return false;
        }
        deliveries.take(partition.taken(), next.position(), message.qos().min(form.qos()), message, form);
        return true;
    }

    /** Tells groups what an earlier connection took from them. */
    public void claimLent(Lenders groups) {
        lent.claimAll(groups);
    }

    /** Whether a group may lend one more message at QoS 2. */
    public boolean takesLoan() {
        return !ended && !lent.isHolding() && lent.size() < deliveries.maxLent() && outbound.takesNow(Qos.EXACTLY_ONCE);
    }

    /** Whether what groups lent an earlier connection is still to be sent again. */
    public boolean holdsLoans() {
        return lent.isHolding();
    }

    /** Takes a message that a group lends; {@link #takesLoan} must have said yes. */
    public void take(Loan loan) {
        Delivery delivery = lent.take(loan, outbound.takeOwedId());
        deliveries.sendWhenSaved(
                delivery,
                loan.message(),
                LentMessages.form(loan.record(delivery.packetId)),
                () -> lent.saved(delivery));
    }

    /** Whether there is room for a message that an earlier connection sent. */
    boolean canSendAgain() {
        return !ended && outbound.canSend(Qos.EXACTLY_ONCE);
    }

    /** Groups may lend again, if that was what they waited for. */
    void lentGone() {
        if (!ended) {
            outbound.drain();
        }
    }

    /** What groups have lent has changed, and is to be recorded. */
    void lentChanged() {
        progress.changed();
    }

    /** What groups have lent, for the record. */
    public List<LentRecord> lentRecords() {
        return lent.records();
    }

    @Override
    public void lost(Delivery delivery) {
        deliveries.lost(delivery);
    }

    /** Sends what an earlier connection sent. @return false when there is no room for it */
    boolean sendAgain(Delivery delivery, Message message, Form form) {
        return !ended && deliveries.sendAgain(delivery, message, form);
    }

    /**
     * The log no longer keeps messages since where the session is: a client that was connected all the time, and slower than the
     * retention, is told nothing by MQTT.
     */
    @Override
    public void placeLost() {
        services.counters().count(Counter.QUEUE_PLACES_LOST);
        if (!placeLost) {
            placeLost = true;
            LOG.warn(
                    "A durable session is further behind than messages are kept, and may have missed some: client {}",
                    LogText.quoted(String.valueOf(client.clientId())));
        }
    }

    /** To be called about every second. */
    public void tick() {
        ticksWithoutRoom = hasRoom() ? 0 : ticksWithoutRoom + 1;
        if (ticksWithoutRoom >= PATIENT_TICKS) {
            partitions.values().forEach(PartitionQueue::park);
        }
        followTails();
    }

    private void followTails() {
        partitions.values().forEach(PartitionQueue::followTail);
    }

    /** The subscriptions of which all is done that they owed before they were changed. To be asked about every second. */
    public List<PastOwing.Passed> passed() {
        NamespaceQueue used = queue;
        return used == null || ended
                ? List.of()
                : past.passed(subscriptions.values(), used, (subscription, ends) -> isBehind(used, subscription, ends));
    }

    private boolean isBehind(NamespaceQueue used, SubscriptionRecord subscription, List<Position> ends) {
        return used.partitions(new TopicFilter(subscription.filter())).stream().allMatch(index -> {
            PartitionQueue partition = partitions.get(index);
            return partition == null
                    || !ends.get(index).isAfter(partition.taken().examined());
        });
    }

    /** How far each partition has come, for the record. */
    public Map<Integer, PartitionProgress> partitionProgress() {
        if (queue == null) {
            return resumed.partitions();
        }
        Map<Integer, PartitionProgress> saved = new HashMap<>();
        partitions.forEach(
                (index, partition) -> saved.put(index, partition.taken().progress()));
        return saved;
    }

    /** The connection ends: nothing leaves any more. Cursors follow the tails once more. */
    public void end() {
        ended = true;
        deliveries.end();
        lent.end();
        followTails();
    }

    /**
     * Gives groups back what had not left.
     *
     * @return to be run on any thread when the log has the progress of after {@link #end}; null when there is nothing
     */
    public @Nullable Runnable givingBack() {
        return lent.givingBack();
    }

    /** Stops all reading. */
    public void close() {
        ended = true;
        NamespaceQueue used = queue;
        if (used != null) {
            subscriptions.keySet().forEach(filter -> used.unsubscribe(filter, this));
        }
        partitions.values().forEach(PartitionQueue::close);
    }

    @Override
    public Owner owner() {
        return owner;
    }
}
