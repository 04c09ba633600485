package io.magnetar.mqtt.session;

import io.magnetar.message.PublishMark;
import io.magnetar.message.Publisher;
import io.magnetar.mqtt.clock.BrokerClock;
import io.magnetar.mqtt.record.WillRecord;
import io.magnetar.mqtt.will.WillPublisher;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The wills of durable sessions on their way to the logs. Each is tried until the logs have it, as long as the broker lives; after
 * that its record decides.
 *
 * <p>Thread: any.
 */
final class SessionWills {
    private final WillPublisher publisher;
    private final BrokerClock clock;
    /** Which logs have a will that the broker before could not publish to all. */
    private final Map<PublishMark, Set<String>> partlyPublished = new ConcurrentHashMap<>();
    /** What is being published, since when. */
    private final Map<PublishMark, Long> underWay = new ConcurrentHashMap<>();
    /** The last one of a session, until it was tried. */
    private final Map<SessionKey, CompletableFuture<Void>> untried = new ConcurrentHashMap<>();

    SessionWills(WillPublisher publisher, BrokerClock clock) {
        this.publisher = publisher;
        this.clock = clock;
    }

    /**
     * Some logs, by their Pulsar topics, have the will with this mark.
     *
     * @param sinceMillis no log had it before
     */
    void found(PublishMark mark, Set<String> logs, long sinceMillis) {
        partlyPublished.put(mark, logs);
        underWay.put(mark, sinceMillis);
    }

    /** Publishes the will of a session. {@code whenDone} runs once, on any thread. */
    void publish(SessionKey key, WillRecord will, Runnable whenDone) {
        Set<String> inLogs = partlyPublished.getOrDefault(will.mark(), Set.of());
        underWay.putIfAbsent(will.mark(), clock.millis());
        Publisher client = new Publisher(key.namespace(), key.clientId(), will.username());
        CompletableFuture<Void> tried = publisher.publish(will.will(), client, will.mark(), inLogs, whenDone);
        if (!tried.isDone()) {
            untried.put(key, tried);
            var unused = tried.whenComplete((done, failure) -> untried.remove(key, tried));
        }
    }

    /** The record no longer has it: its publication is over. */
    void settled(WillRecord will) {
        underWay.remove(will.mark());
        partlyPublished.remove(will.mark());
    }

    /** Completes when no will of the session waits for its first try: one that does is only in its record. */
    CompletableFuture<Void> tried(SessionKey key) {
        return untried.getOrDefault(key, CompletableFuture.completedFuture(null));
    }

    boolean isIdle() {
        return underWay.isEmpty();
    }

    /** Since when the oldest is under way, epoch milliseconds; {@link Long#MAX_VALUE} when none is. */
    long oldestMillis() {
        return underWay.values().stream().mapToLong(Long::longValue).min().orElse(Long.MAX_VALUE);
    }
}
