package io.magnetar.mqtt.retain;

import io.magnetar.log.CompactedLog;
import io.magnetar.log.LogRecord;
import io.magnetar.message.Message;
import io.magnetar.stream.StreamAppender.AppendListener;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamFailure.Kind;
import io.magnetar.tenancy.Namespace;
import io.magnetar.topic.TopicFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The retained messages of one namespace. They lie in a log that all brokers follow, and its order decides. What is published here
 * is seen here at once, before its log has it:
 *
 * <pre>
 *   keep --> seen --append--> in the log --followed--> settled
 *                      | fails
 *                      +--> what the log had last is seen again
 *   a record of others, while one of ours is under way: ours will come after it, it is only remembered
 *   a record of others: seen
 * </pre>
 *
 * <p>Synchronization: messages are read without a lock; changes, which are rare beside them, exclude each other.
 */
public final class RetainedStore {
    private final Supplier<RetainLimits> limitsInForce;
    private final RetainedRecords records;
    private final ConcurrentSkipListMap<String, RetainedMessage> messages = new ConcurrentSkipListMap<>();
    /** By topic, what is seen here and not yet known to be in the log. Guarded by this. */
    private final Map<String, UnderWay> underWay = new HashMap<>();

    /** What an expiry has deleted from the log although it was newer, and could not be written again yet. Guarded by this. */
    private final List<Message> unrestored = new ArrayList<>();

    private @Nullable CompactedLog log;
    /** Written under the lock, as are the next two. */
    private volatile int count;

    private volatile long bytes;
    private volatile int expiring;
    private volatile long ignoredRecords;

    /** Our newest message of a topic, and what the log had last before it; null for nothing. */
    private static final class UnderWay {
        final Message newest;

        @Nullable
        RetainedMessage inLog;
        /** An expiry that meant another message has deleted it from the log. */
        boolean isToBeRestored;

        UnderWay(Message newest, @Nullable RetainedMessage inLog, boolean isToBeRestored) {
            this.newest = newest;
            this.inLog = inLog;
            this.isToBeRestored = isToBeRestored;
        }
    }

    RetainedStore(Namespace namespace, Supplier<RetainLimits> limitsInForce) {
        this.limitsInForce = limitsInForce;
        this.records = new RetainedRecords(namespace);
    }

    /** Begins to follow the log; completes when all that it held is here. */
    CompletableFuture<Void> open(CompactedLog opened) {
        synchronized (this) {
            log = opened;
        }
        return opened.follow(this::onRecord);
    }

    /**
     * Makes a message the retained one of its topic, or with an empty payload removes that. {@link #append} is to follow.
     *
     * @return why not; null when it is done
     */
    public synchronized @Nullable StreamFailure keep(Message message) {
        StreamFailure refusal = refusal(message);
        if (refusal == null) {
            String topic = message.topic();
            UnderWay before = underWay.get(topic);
            RetainedMessage inLog = before == null ? messages.get(topic) : before.inLog;
            underWay.put(topic, new UnderWay(message, inLog, before != null && before.isToBeRestored));
            show(topic, seen(message, message.timestampMicros()));
        }
        return refusal;
    }

    /** Gives a message that {@link #keep} has taken another receive time, before {@link #append}. */
    public synchronized void restamp(Message kept, Message received) {
        UnderWay own = underWay.get(kept.topic());
        if (own != null && own.newest.equals(kept)) {
            underWay.put(kept.topic(), new UnderWay(received, own.inLog, own.isToBeRestored));
            show(kept.topic(), seen(received, kept.timestampMicros()));
        }
    }

    private @Nullable StreamFailure refusal(Message message) {
        if (RetainedRecords.deletes(message)) {
            return null;
        }
        RetainLimits limits = limitsInForce.get();
        if (message.payload().length > limits.maxPayloadBytes()) {
            return new StreamFailure(
                    Kind.QUOTA_EXCEEDED,
                    "a retained message has at most " + limits.maxPayloadBytes() + " bytes of payload");
        }
        RetainedMessage replaced = messages.get(message.topic());
        long freed = replaced == null ? 0 : replaced.message().weight();
        boolean tooMany = replaced == null && count >= limits.maxMessages();
        return tooMany || bytes - freed + message.weight() > limits.maxBytes()
                ? new StreamFailure(
                        Kind.QUOTA_EXCEEDED,
                        "the namespace has the retained messages that it may have: " + limits.maxMessages() + ", or "
                                + limits.maxBytes() + " bytes")
                : null;
    }

    /** The retained message of a topic, or null. */
    public @Nullable Message message(String topic) {
        RetainedMessage seen = messages.get(topic);
        return seen == null ? null : seen.message();
    }

    /** Tells whether the retained message of the topic is one that the broker received later. */
    public boolean hasNewerThan(Message message) {
        RetainedMessage seen = messages.get(message.topic());
        return seen != null && seen.message().timestampMicros() > message.timestampMicros();
    }

    /** Appends a message to the log, after {@link #keep} has taken it, and tells how that went. */
    public void append(Message message, AppendListener listener) {
        CompactedLog opened = currentLog();
        if (opened == null) {
            answered(message, new StreamFailure(Kind.UNAVAILABLE, "retained messages are not loaded"), listener);
        } else {
            opened.append(message.topic(), message, failure -> answered(message, failure, listener));
        }
    }

    private synchronized @Nullable CompactedLog currentLog() {
        return log;
    }

    private void answered(Message message, @Nullable StreamFailure failure, AppendListener listener) {
        if (failure != null) {
            takeBack(message);
        }
        listener.appended(failure);
    }

    private synchronized void takeBack(Message message) {
        UnderWay own = underWay.get(message.topic());
        if (own != null && own.newest.equals(message)) {
            underWay.remove(message.topic());
            show(message.topic(), own.inLog);
            if (own.inLog != null && own.isToBeRestored) {
                restore(own.inLog.message());
            }
        }
    }

    private synchronized void onRecord(LogRecord record) {
        records.decode(record).ifPresentOrElse(this::onMessage, () -> ignoredRecords++);
    }

    private void onMessage(Message message) {
        String topic = message.topic();
        UnderWay own = underWay.get(topic);
        if (RetainedRecords.isExpiry(message)) {
            onExpiry(message);
        } else if (own == null) {
            show(topic, seen(message, RetainedMessage.NOT_PUBLISHED_HERE));
        } else if (RetainedRecords.isSame(own.newest, message)) {
            underWay.remove(topic);
        } else {
            own.inLog = seen(message, RetainedMessage.NOT_PUBLISHED_HERE);
            own.isToBeRestored = false;
        }
    }

    private static @Nullable RetainedMessage seen(Message message, long subscribersSoughtMicros) {
        return RetainedRecords.deletes(message) ? null : new RetainedMessage(message, subscribersSoughtMicros);
    }

    /** The record of an expired message may have met a newer one on its way into the log: all brokers write that one again. */
    private void onExpiry(Message message) {
        UnderWay own = underWay.get(message.topic());
        RetainedMessage inLog = own == null ? messages.get(message.topic()) : own.inLog;
        if (inLog == null) {
            return;
        }
        boolean isMeant = inLog.message().timestampMicros() == message.timestampMicros();
        if (own != null) {
            own.inLog = isMeant ? null : inLog;
            own.isToBeRestored = !isMeant;
        } else if (isMeant) {
            show(message.topic(), null);
        } else {
            restore(inLog.message());
        }
    }

    private void restore(Message message) {
        CompactedLog opened = currentLog();
        if (opened != null) {
            opened.append(message.topic(), message, failure -> {
                if (failure != null) {
                    restoreLater(message);
                }
            });
        }
    }

    private synchronized void restoreLater(Message message) {
        unrestored.add(message);
    }

    private synchronized List<Message> takeUnrestored() {
        List<Message> taken = unrestored.stream().filter(this::isSeen).toList();
        unrestored.clear();
        return taken;
    }

    private boolean isSeen(Message message) {
        RetainedMessage seen = messages.get(message.topic());
        return seen != null && seen.message().equals(message);
    }

    private void show(String topic, @Nullable RetainedMessage message) {
        RetainedMessage previous = message == null ? messages.remove(topic) : messages.put(topic, message);
        count(message, 1);
        count(previous, -1);
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock
    private void count(@Nullable RetainedMessage retained, int sign) {
        if (retained != null) {
            Message message = retained.message();
            count += sign;
            bytes += (long) sign * message.weight();
            expiring += message.properties().expires() ? sign : 0;
        }
    }

    /** A way through the messages whose topics match a filter. */
    public RetainedWalk walk(TopicFilter filter) {
        return new RetainedWalk(messages, filter);
    }

    /** Goes on with a way that was at a {@link RetainedWalk#place}. */
    public RetainedWalk walk(TopicFilter filter, String place) {
        return new RetainedWalk(messages, filter, place);
    }

    /** Deletes messages that have expired, from the log too: compaction keeps them for ever otherwise. */
    void expire(long nowMillis, int maxMessages) {
        takeUnrestored().forEach(this::restore);
        CompactedLog opened = currentLog();
        if (expiring == 0 || opened == null) {
            return;
        }
        List<Message> expired = new ArrayList<>();
        for (RetainedMessage message : messages.values()) {
            if (message.message().properties().expiresAtMillis() <= nowMillis && expired.size() < maxMessages) {
                expired.add(message.message());
            }
        }
        for (Message message : expired) {
            opened.append(message.topic(), records.expiryOf(message), failure -> {});
        }
    }

    public int count() {
        return count;
    }

    /** About the memory that they take. */
    public long bytes() {
        return bytes;
    }

    /** Bytes that wait to be written to the log. */
    public long pendingBytes() {
        CompactedLog opened = currentLog();
        return opened == null ? 0 : opened.pendingBytes();
    }

    /** How many records of the log were passed over, because their key is no topic name. */
    public long ignoredRecords() {
        return ignoredRecords;
    }
}
