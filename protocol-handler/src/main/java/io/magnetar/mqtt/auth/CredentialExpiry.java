package io.magnetar.mqtt.auth;

import io.magnetar.mqtt.owner.Owner;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells when the credential of a connection expires. It has one check waiting at most, and none for a credential that does not expire;
 * one that it no longer needs holds nothing, and is gone within a minute.
 *
 * <p>Thread: the connection's owner.
 */
final class CredentialExpiry {
    private static final long LONGEST_WAIT_MILLIS = 60_000;

    private final Owner owner;
    private final LongSupplier nowMillis;
    private final Runnable onExpiry;
    private long expiresAtMillis = Identity.NEVER;
    private @Nullable Check waiting;

    /** @param nowMillis milliseconds since the epoch */
    CredentialExpiry(Owner owner, LongSupplier nowMillis, Runnable onExpiry) {
        this.owner = owner;
        this.nowMillis = nowMillis;
        this.onExpiry = onExpiry;
    }

    boolean isPast(long momentMillis) {
        return momentMillis <= nowMillis.getAsLong();
    }

    /** From now on the credential expires then, {@link Identity#NEVER} for never. */
    void moveTo(long momentMillis) {
        stop();
        expiresAtMillis = momentMillis;
        if (momentMillis != Identity.NEVER) {
            await();
        }
    }

    /** Nobody is told any more. */
    void stop() {
        if (waiting != null) {
            waiting.expiry = null;
            waiting = null;
        }
    }

    private void await() {
        waiting = new Check(this);
        long leftMillis = Math.max(1, expiresAtMillis - nowMillis.getAsLong());
        owner.schedule(waiting, Math.min(leftMillis, LONGEST_WAIT_MILLIS), TimeUnit.MILLISECONDS);
    }

    private void check() {
        waiting = null;
        if (isPast(expiresAtMillis)) {
            onExpiry.run();
        } else {
            await();
        }
    }

    /** The owner cannot take back what it is to do later: it is left without work. */
    private static final class Check implements Runnable {
        private @Nullable CredentialExpiry expiry;

        Check(CredentialExpiry expiry) {
            this.expiry = expiry;
        }

        @Override
        public void run() {
            if (expiry != null) {
                expiry.check();
            }
        }
    }
}
