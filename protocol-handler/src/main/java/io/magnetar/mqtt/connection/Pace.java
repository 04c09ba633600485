package io.magnetar.mqtt.connection;

import io.magnetar.mqtt.quota.NamespaceQuota;
import io.magnetar.mqtt.quota.Rates;
import io.magnetar.mqtt.quota.RatesMeter;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Holds one direction of a connection to what its client, and its namespace, may send or be sent in a second: what is beyond that comes
 * later. A client waits for its own rate as long as it takes, or as long as the namespace bears with it; for that of the namespace all wait in a {@link ShareQueue}. Of a client that
 * is not read there for too long, the messages that were read already are refused, so that what else it says is heard.
 *
 * <p>Where nothing is limited a packet costs two reads of a volatile field.
 *
 * <p>Thread: the connection's event loop.
 */
final class Pace implements ShareQueue.Waiting {
    /** Shorter pauses would cost a timer for each packet. */
    private static final long SHORTEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    /** After that it is looked at what is in force by then. */
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Who was not held back for that long has kept to its rate. */
    private static final long KEPT_TO_IT_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final IoLoop loop;
    private final Supplier<Rates> own;
    private final IntSupplier maxSecondsTooFast;
    private final Supplier<RatesMeter> shared;
    private final ShareQueue queue;
    private final Runnable goOn;
    private @Nullable RatesMeter ownMeter;
    private boolean tooFast;
    private long tooFastSinceNanos;
    private long tooFastUntilNanos;
    private boolean paused;
    private boolean hasTurn;
    private boolean refuses;

    private Pace(
            IoLoop loop,
            Supplier<Rates> own,
            IntSupplier maxSecondsTooFast,
            Supplier<RatesMeter> shared,
            ShareQueue queue,
            Runnable goOn) {
        this.loop = loop;
        this.own = own;
        this.maxSecondsTooFast = maxSecondsTooFast;
        this.shared = shared;
        this.queue = queue;
        this.goOn = goOn;
    }

    /** @param goOn runs when packets of the client may be taken again */
    static Pace in(IoLoop loop, Shares shares, Runnable goOn) {
        NamespaceQuota quota = shares.quota();
        return new Pace(
                loop,
                () -> quota.limits().client().in(),
                () -> quota.limits().client().maxSecondsTooFast(),
                quota::in,
                shares.in(),
                goOn);
    }

    /** @param goOn runs when messages may be sent to the client again */
    static Pace out(IoLoop loop, Shares shares, Runnable goOn) {
        NamespaceQuota quota = shares.quota();
        return new Pace(loop, () -> quota.limits().client().out(), () -> 0, quota::out, shares.out(), goOn);
    }

    boolean isPaused() {
        return paused;
    }

    /** Whether messages are refused now, for they have waited for the namespace's share for too long. */
    boolean refuses() {
        return refuses;
    }

    /** Whether the client has been faster than it may be for longer than that is borne with. */
    boolean isBornNoLonger() {
        int most = maxSecondsTooFast.getAsInt();
        return paused && most > 0 && tooFastUntilNanos - tooFastSinceNanos > TimeUnit.SECONDS.toNanos(most);
    }

    /** All that was read before is taken, or refused. */
    void nothingIsLeft() {
        refuses = false;
    }

    /** Tells whether there is room for the next packet now; it goes on by itself when not. */
    boolean hasRoom() {
        if (paused) {
            return false;
        }
        Rates ofClient = own.get();
        RatesMeter ofNamespace = shared.get();
        if (ofClient.isUnlimited() && ofNamespace.isUnlimited()) {
            return true;
        }
        long now = System.nanoTime();
        long wait = ofClient.isUnlimited() ? 0 : meter(ofClient, now).waitNanos(now);
        if (wait > 0) {
            noteTooFast(now);
            paused = true;
            loop.schedule(
                    this::mayAgain,
                    Math.min(Math.max(wait, SHORTEST_PAUSE_NANOS), LONGEST_PAUSE_NANOS),
                    TimeUnit.NANOSECONDS);
            return false;
        }
        boolean othersAreBefore = !hasTurn && !queue.isEmpty();
        if (refuses || ofNamespace.isUnlimited() || (ofNamespace.waitNanos(now) <= 0 && !othersAreBefore)) {
            return true;
        }
        paused = true;
        queue.add(this);
        return false;
    }

    private void noteTooFast(long nowNanos) {
        if (!tooFast || nowNanos - tooFastUntilNanos > KEPT_TO_IT_NANOS) {
            tooFast = true;
            tooFastSinceNanos = nowNanos;
        }
        tooFastUntilNanos = nowNanos;
    }

    private RatesMeter meter(Rates rates, long nowNanos) {
        RatesMeter measuring = ownMeter;
        if (measuring == null || !measuring.rates().equals(rates)) {
            measuring = new RatesMeter(rates, nowNanos);
            ownMeter = measuring;
        }
        return measuring;
    }

    /** A packet has come or gone. */
    void took(boolean message, int bytes) {
        Rates ofClient = own.get();
        RatesMeter ofNamespace = shared.get();
        if (ofClient.isUnlimited() && ofNamespace.isUnlimited()) {
            return;
        }
        long now = System.nanoTime();
        if (!ofClient.isUnlimited()) {
            meter(ofClient, now).take(message, bytes, now);
        }
        if (!refuses || !message) {
            ofNamespace.take(message, bytes, now);
        }
    }

    private void mayAgain() {
        paused = false;
        goOn.run();
    }

    @Override
    public void hasTurn() {
        paused = false;
        hasTurn = true;
        goOn.run();
        hasTurn = false;
    }

    @Override
    public void isOverdue() {
        paused = false;
        refuses = true;
        goOn.run();
    }
}
