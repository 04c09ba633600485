package io.magnetar.stream.group;

import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamFailure.Kind;
import io.magnetar.stream.StreamReaders.StreamFailureException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.pulsar.client.admin.Topics;

/**
 * How many groups a stream may have: each is a Pulsar subscription, which holds storage until somebody removes it. This broker makes
 * those of a stream one after the other, so that it makes none beyond the limit; several brokers may, each the one that it is making.
 * Subscriptions that were made with Pulsar's own API do not count.
 *
 * <p>Thread: any.
 */
final class GroupCap {
    private final Topics topics;
    private final int maxGroups;
    /** What the next one to make a group of a stream waits for, by Pulsar topic. */
    private final Map<String, CompletableFuture<Void>> underWay = new ConcurrentHashMap<>();

    GroupCap(Topics topics, int maxGroups) {
        this.topics = topics;
        this.maxGroups = maxGroups;
    }

    /** Begins something when nothing else that makes a group of the stream is under way here any more. */
    <T> CompletableFuture<T> inTurn(StreamDefinition stream, Supplier<CompletableFuture<T>> making) {
        String topic = stream.pulsarTopic();
        CompletableFuture<Void> turn = new CompletableFuture<>();
        CompletableFuture<Void> before = underWay.put(topic, turn);
        CompletableFuture<T> made = (before == null ? CompletableFuture.<Void>completedFuture(null) : before)
                .thenCompose(ignored -> making.get());
        return made.whenComplete((done, failure) -> {
            underWay.remove(topic, turn);
            turn.complete(null);
        });
    }

    /** Fails when the stream has as many groups as it may have. */
    CompletableFuture<Void> room(StreamDefinition stream) {
        return topics.getStatsAsync(stream.pulsarTopic(0), false, false, false).thenAccept(stats -> {
            long groups = stats.getSubscriptions().values().stream()
                    .filter(subscription -> GroupStart.isIn(subscription.getSubscriptionProperties()))
                    .count();
            if (groups >= maxGroups) {
                throw new StreamFailureException(new StreamFailure(
                        Kind.QUOTA_EXCEEDED,
                        "the stream '" + stream.name() + "' has mqttMaxStreamGroups=" + maxGroups
                                + " groups: join one of them, or have one removed"));
            }
        });
    }
}
