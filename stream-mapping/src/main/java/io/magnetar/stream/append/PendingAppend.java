package io.magnetar.stream.append;

import io.magnetar.message.Message;
import io.magnetar.stream.StreamAppender.AppendListener;
import io.magnetar.stream.StreamFailure;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A message on its way into a partition. Thread: handed from one to the next; answered on any. */
final class PendingAppend implements KeyedMessage {
    private static final Logger LOG = LoggerFactory.getLogger(PendingAppend.class);
    private static final AtomicIntegerFieldUpdater<PendingAppend> ANSWERED =
            AtomicIntegerFieldUpdater.newUpdater(PendingAppend.class, "answered");

    private final Message message;
    private final String key;
    private final long bytes;
    private final long deadlineNanos;
    private final AppendListener listener;
    private final AppendAccount account;
    private volatile int answered;

    /**
     * @param bytes about what it takes in the log
     * @param deadlineNanos when it is answered as failed if nothing else has answered it, by {@link System#nanoTime()}
     * @param account has its bytes, until it is answered
     */
    PendingAppend(
            Message message,
            String key,
            long bytes,
            long deadlineNanos,
            AppendListener listener,
            AppendAccount account) {
        this.message = message;
        this.key = key;
        this.bytes = bytes;
        this.deadlineNanos = deadlineNanos;
        this.listener = listener;
        this.account = account;
    }

    @Override
    public Message message() {
        return message;
    }

    @Override
    public String key() {
        return key;
    }

    long bytes() {
        return bytes;
    }

    boolean isDue(long nowNanos) {
        return deadlineNanos - nowNanos < 0;
    }

    /** The log has it, now. */
    void measure() {
        account.meter().took(System.nanoTime() - (deadlineNanos - account.timeoutNanos()));
    }

    boolean isAnswered() {
        return answered != 0;
    }

    /** Tells how it went; the first answer counts. */
    void answer(@Nullable StreamFailure failure) {
        if (!ANSWERED.compareAndSet(this, 0, 1)) {
            return;
        }
        account.pendingBytes().add(-bytes);
        if (failure == null) {
            account.meter().confirmed(message.payload().length);
        } else if (failure.isFailure()) {
            account.meter().failed(failure.kind());
        }
        try {
            listener.appended(failure);
        } catch (RuntimeException e) {
            LOG.error("A listener for an append failed", e);
        }
    }
}
