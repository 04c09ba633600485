package io.magnetar.mqtt.quota;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What one namespace may use of this broker, as it is in force now, and what it has used of it. All counts are exact, however many take at
 * once: what is one too many is given back before anybody hears of it.
 *
 * <p>Synchronization: counts and rates are taken without a lock on any thread; {@link #change} comes from one.
 */
public final class NamespaceQuota {
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger subscriptions = new AtomicInteger();
    private final Object sessionsLock = new Object();
    private volatile long storedBytes;
    private volatile InForce inForce;

    /** The limits and what measures their rates. */
    private record InForce(NamespaceLimits limits, RateMeter connects, RatesMeter in, RatesMeter out) {
        static InForce of(NamespaceLimits limits, long nowNanos) {
            return new InForce(
                    limits,
                    new RateMeter(limits.clients().connects(), nowNanos),
                    new RatesMeter(limits.in(), nowNanos),
                    new RatesMeter(limits.out(), nowNanos));
        }

        /** A rate that has changed begins anew, for nobody owes it anything; another goes on. */
        InForce with(NamespaceLimits other, long nowNanos) {
            boolean sameConnects =
                    other.clients().connects().equals(limits.clients().connects());
            return new InForce(
                    other,
                    sameConnects ? connects : new RateMeter(other.clients().connects(), nowNanos),
                    other.in().equals(limits.in()) ? in : new RatesMeter(other.in(), nowNanos),
                    other.out().equals(limits.out()) ? out : new RatesMeter(other.out(), nowNanos));
        }
    }

    NamespaceQuota(NamespaceLimits limits, long nowNanos) {
        this.inForce = InForce.of(limits, nowNanos);
    }

    /** Has other limits in force; who has more than that keeps it, and gets nothing new. */
    void change(NamespaceLimits limits, long nowNanos) {
        inForce = inForce.with(limits, nowNanos);
    }

    public NamespaceLimits limits() {
        return inForce.limits();
    }

    /** What clients send; another object when its rates have changed. */
    public RatesMeter in() {
        return inForce.in();
    }

    /** What clients are sent; another object when its rates have changed. */
    public RatesMeter out() {
        return inForce.out();
    }

    /** A client connects; false when too many have of late. */
    public boolean connects(long nowNanos) {
        InForce now = inForce;
        Rate rate = now.limits().clients().connects();
        return rate.isUnlimited() || now.connects().tryTake(rate, 1, nowNanos);
    }

    /**
     * Takes a place for a client; {@link #leave} gives it back.
     *
     * @return why not; null when it has one
     */
    public @Nullable String enter() {
        int most = limits().clients().maxConnections();
        if (connections.incrementAndGet() > most && most > 0) {
            connections.decrementAndGet();
            return "the broker serves at most " + most + " clients of the namespace";
        }
        return null;
    }

    public void leave() {
        connections.decrementAndGet();
    }

    public int connections() {
        return connections.get();
    }

    /**
     * Takes a place for a subscription; {@link #giveBackSubscriptions} gives it back.
     *
     * @return why not; null when it has one
     */
    public @Nullable String takeSubscription() {
        int most = limits().clients().maxSubscriptions();
        if (subscriptions.incrementAndGet() > most && most > 0) {
            subscriptions.decrementAndGet();
            return "the clients of a namespace have at most " + most + " subscriptions at a broker";
        }
        return null;
    }

    /** Takes places for subscriptions that a session had before, be they too many. */
    public void resumeSubscriptions(int count) {
        subscriptions.addAndGet(count);
    }

    public void giveBackSubscriptions(int count) {
        subscriptions.addAndGet(-count);
    }

    public int subscriptions() {
        return subscriptions.get();
    }

    /** Tells whether a message may have a payload of so many bytes. */
    public boolean takesPayload(int bytes) {
        int most = limits().maxPayloadBytes();
        return most == 0 || bytes <= most;
    }

    /** To be held by who looks how many sessions there are and adds one. */
    public Object sessionsLock() {
        return sessionsLock;
    }

    /** Notes what the streams of the namespace store in the whole cluster, as far as is known. */
    public void stored(long bytes) {
        storedBytes = bytes;
    }

    public long storedBytes() {
        return storedBytes;
    }

    /** Whether the streams of the namespace take nothing more. */
    public boolean isStorageFull() {
        long most = limits().streams().maxStorageBytes();
        return most > 0 && storedBytes >= most;
    }
}
