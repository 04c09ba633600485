package io.magnetar.mqtt.share;

import io.magnetar.message.Qos;
import io.magnetar.mqtt.clock.BrokerClock;
import io.magnetar.mqtt.codec.SharedPublish;
import io.magnetar.mqtt.counters.Counters;
import io.magnetar.mqtt.counters.Drop;
import io.magnetar.mqtt.routing.SharedSubscription;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A shared subscription: one group of clients and one filter. A message goes to one member, and to another when that one cannot
 * take it or leaves before it has acknowledged it.
 *
 * <pre>
 *               nobody waits, a member has room
 *   publisher -----------------------------------> on its way ----> in flight ----> acknowledged: gone
 *       |                                            to a member's     at the client
 *       | else, QoS 1 and 2                          owner  |            |
 *       v                                                   |            | the session ends, QoS 1
 *    waiting ---- pulled by a member that has room ----> in flight       |
 *       ^                                                   |            |
 *       +---- taken back: left, no room, others wait -------+------------+
 * </pre>
 *
 * Publishers choose from what members hint at ({@link Room}), without a lock; the member's owner decides when the message arrives
 * there, and gives back what the member cannot take or came too late. What was taken back goes out before what waits since.
 * Whenever a message begins to wait, a member that hints at room is woken afterwards; a member that gets room, or joins, looks
 * afterwards whether a message waits; a woken member that cannot take wakes another. So none waits while a member has room.
 *
 * <p>Order: what waits goes out before anything new, and a member pulls nothing while messages are on their way to it. So a
 * member gets the messages of one publisher and topic in their order, but for those that another member had before.
 *
 * <p>Bounds: QoS 1 and 2 messages that no member can take wait up to a limit, beyond which new ones are dropped and counted;
 * publishers pause for a moment once half of it is used. What is taken back was within the limit or within a member's window
 * before, and is never dropped for want of room. QoS 0 never waits. When the last member leaves, the group ends and what waits
 * is dropped and counted.
 *
 * <p>Thread: any. Only joining and leaving exclude each other.
 */
final class SharedGroup implements SharedSubscription {
    private final SharedStrategy strategy;
    private final int maxWaiting;
    private final long maxWaitingBytes;
    private final BrokerClock clock;
    private final Counters counters;

    /** The clients whose durable sessions keep it. Changed as {@link #join} is. */
    private final Set<String> keepers = new HashSet<>();
    /** What {@link SharedGroups} does to have it kept; null when nobody wants that. Changed as {@link #join} is. */
    private @Nullable CompletableFuture<Void> keeping;

    private volatile @Nullable KeptGroup kept;

    private volatile Member[] members = {};
    private volatile boolean takesExactlyOnce;
    private volatile int formsWithoutId;
    private volatile int formsAsSubscribed;
    private final AtomicInteger turns = new AtomicInteger();

    private final Queue<SharedPublish> takenBack = new ConcurrentLinkedQueue<>();
    private final Queue<SharedPublish> published = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLong waitingBytes = new AtomicLong();

    /** @param maxWaiting how many messages may wait for a member */
    SharedGroup(SharedStrategy strategy, int maxWaiting, long maxWaitingBytes, BrokerClock clock, Counters counters) {
        this.strategy = strategy;
        this.maxWaiting = maxWaiting;
        this.maxWaitingBytes = maxWaitingBytes;
        this.clock = clock;
        this.counters = counters;
    }

    /**
     * Adds a member. Not at the same time as {@link #leave}.
     *
     * @return whether {@link #forms} has changed
     */
    boolean join(Member member) {
        Member[] joined = Arrays.copyOf(members, members.length + 1);
        joined[joined.length - 1] = member;
        return use(joined);
    }

    /** Removes a member. Not at the same time as {@link #join}. */
    void leave(Member member) {
        use(Arrays.stream(members).filter(other -> !other.equals(member)).toArray(Member[]::new));
    }

    /** Whether a client is a member, or comes back as one. */
    boolean isNeeded() {
        return members.length > 0 || !keepers.isEmpty();
    }

    /** It has ended; who ends it sees to {@link #kept}. */
    void end() {
        dropAll();
    }

    Set<String> keepers() {
        return keepers;
    }

    @Nullable
    CompletableFuture<Void> keeping() {
        return keeping;
    }

    void keeping(@Nullable CompletableFuture<Void> change) {
        keeping = change;
    }

    /** The side of it that reads the log, or null. Any thread. */
    @Nullable
    KeptGroup kept() {
        return kept;
    }

    /**
     * From now on QoS 1 and 2 come from the log, once the routing table has a new version. What waits here goes out all the same, QoS 2
     * to members without a durable session.
     */
    void keep(KeptGroup opened) {
        kept = opened;
        for (Member member : members) {
            member.onKept();
        }
    }

    @Override
    public boolean readsQueue() {
        return kept != null;
    }

    private boolean use(Member[] changed) {
        int withoutId = 0;
        int asSubscribed = 0;
        boolean exactlyOnce = false;
        for (Member member : changed) {
            exactlyOnce |= member.takesExactlyOnce();
            withoutId |= member.target().form(false);
            asSubscribed |= member.target().form(true);
        }
        boolean formsChanged = withoutId != formsWithoutId || asSubscribed != formsAsSubscribed;
        formsWithoutId = withoutId;
        formsAsSubscribed = asSubscribed;
        takesExactlyOnce = exactlyOnce;
        members = changed;
        return formsChanged;
    }

    @Override
    public int forms(boolean publishedWithId) {
        return publishedWithId ? formsAsSubscribed : formsWithoutId;
    }

    @Override
    public boolean deliver(SharedPublish publish) {
        if (publish.message().qos() == Qos.EXACTLY_ONCE && !takesExactlyOnce) {
            dropUntaken(publish);
            return true;
        }
        boolean mayWait = publish.message().qos() != Qos.AT_MOST_ONCE;
        Member member = mayWait && hasWaiting() ? null : choose(publish);
        if (member != null) {
            return member.hand(publish);
        }
        if (!mayWait && members.length == 0) {
            return true; // While all its members are away, QoS 0 is for nobody.
        }
        if (!mayWait) {
            counters.drop(
                    Drop.OUTBOUND_BUFFER_FULL, publish.message().publisher().namespace());
            return true;
        }
        return keep(publish);
    }

    /** Whether a member takes QoS 2 live: see {@link Member#takesExactlyOnce}. */
    boolean takesExactlyOnce() {
        return takesExactlyOnce;
    }

    /**
     * What a member pulled and does not take is for another.
     *
     * @return false when there is none: it is dropped
     */
    boolean leaveToOthers(SharedPublish publish) {
        if (takesExactlyOnce) {
            add(takenBack, publish);
            return true;
        }
        dropUntaken(publish);
        return false;
    }

    /** The members that it was for have left. While the group is not kept yet nobody was promised anything. */
    private void dropUntaken(SharedPublish publish) {
        if (kept != null) {
            counters.drop(Drop.GROUP_ENDED, publish.message().publisher().namespace());
        }
    }

    /** Reserves a place at a member, null when none seems to have one. */
    private @Nullable Member choose(SharedPublish publish) {
        Member[] candidates = members;
        if (candidates.length == 0) {
            return null;
        }
        int first = strategy.first(candidates, publish.message(), turns.getAndIncrement());
        for (int i = 0; i < candidates.length; i++) {
            Member candidate = candidates[(first + i) % candidates.length];
            if (candidate.reserve(publish)) {
                return candidate;
            }
        }
        return null;
    }

    private boolean keep(SharedPublish publish) {
        int count = waiting.get();
        if (count >= maxWaiting || waitingBytes.get() + publish.message().weight() > maxWaitingBytes) {
            counters.drop(Drop.GROUP_QUEUE_FULL, publish.message().publisher().namespace());
            return false;
        }
        add(published, publish);
        return count < maxWaiting / 2 && waitingBytes.get() < maxWaitingBytes / 2;
    }

    private void add(Queue<SharedPublish> queue, SharedPublish publish) {
        queue.add(publish);
        waitingBytes.addAndGet(publish.message().weight());
        waiting.incrementAndGet();
        if (members.length == 0 && kept == null) {
            dropAll();
        } else {
            wakeOne();
        }
    }

    /** Takes back what a member was handed and has not sent, or has sent and will never see acknowledged. */
    void takeBack(SharedPublish publish) {
        if (publish.message().qos() != Qos.AT_MOST_ONCE) {
            add(takenBack, publish);
            return;
        }
        Member member = choose(publish);
        if (member != null) {
            member.handLater(publish);
        } else {
            counters.drop(
                    Drop.OUTBOUND_BUFFER_FULL, publish.message().publisher().namespace());
        }
    }

    boolean hasWaiting() {
        return waiting.get() > 0;
    }

    boolean hasTakenBack() {
        return !takenBack.isEmpty();
    }

    /** The message that waits longest, null when there is none or it has expired. */
    @Nullable
    SharedPublish next() {
        SharedPublish next = poll();
        if (next != null && next.message().properties().expiresAtMillis() <= clock.millis()) {
            counters.drop(Drop.EXPIRED, next.message().publisher().namespace());
            return null;
        }
        return next;
    }

    private @Nullable SharedPublish poll() {
        SharedPublish back = takenBack.poll();
        SharedPublish next = back == null ? published.poll() : back;
        if (next != null) {
            waiting.decrementAndGet();
            waitingBytes.addAndGet(-next.message().weight());
        }
        return next;
    }

    private void dropAll() {
        for (SharedPublish dropped = poll(); dropped != null; dropped = poll()) {
            counters.drop(Drop.GROUP_ENDED, dropped.message().publisher().namespace());
        }
    }

    /** Wakes a member that seems to have room for what waits. */
    void wakeOne() {
        Member[] candidates = members;
        int first = candidates.length == 0 ? 0 : Math.floorMod(turns.getAndIncrement(), candidates.length);
        for (int i = 0; hasWaiting() && i < candidates.length; i++) {
            Member candidate = candidates[(first + i) % candidates.length];
            if (candidate.hasRoom()) {
                candidate.wake();
                return;
            }
        }
    }
}
