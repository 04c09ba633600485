package io.magnetar.mqtt.admin;

import io.magnetar.mqtt.admin.StreamTopics.Traffic;
import io.magnetar.mqtt.counters.StreamTraffic;
import io.magnetar.mqtt.counters.StreamTrafficTable;
import io.magnetar.stream.Position;
import io.magnetar.stream.StartPosition;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamInspection;
import io.magnetar.stream.StreamInspection.Kept;
import io.magnetar.stream.StreamInspection.Span;
import io.magnetar.stream.retention.RetentionPolicies;
import io.magnetar.stream.retention.RetentionPolicy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Gathers what is to be told of a stream: from Pulsar's statistics, from the log, and from this broker's counts. The lag is looked
 * up of the first {@value #MAX_LAGS} subscriptions by name.
 *
 * <p>Thread: any; never blocks.
 */
final class StreamStats {
    private static final int MAX_LAGS = 20;

    private final StreamTopics topics;
    private final StreamInspection inspection;
    private final RetentionPolicies policies;
    private final StreamTrafficTable traffic;

    StreamStats(
            StreamTopics topics, StreamInspection inspection, RetentionPolicies policies, StreamTrafficTable traffic) {
        this.topics = topics;
        this.inspection = inspection;
        this.policies = policies;
        this.traffic = traffic;
    }

    /** The traffic first: what looks for the messages is a reader, too. */
    CompletableFuture<Map<String, Object>> of(StreamDefinition stream) {
        return topics.traffic(stream.pulsarTopic())
                .thenCompose(given -> inspection
                        .spans(stream)
                        .thenCompose(spans -> topics.storage(stream)
                                .thenCompose(storage -> lags(
                                                stream, given.subscriptions().keySet(), storage)
                                        .thenCombine(
                                                policies.of(stream),
                                                (lags, policy) ->
                                                        known(stream, policy, given, spans, storage, lags)))));
    }

    private Map<String, Object> known(
            StreamDefinition stream,
            RetentionPolicy policy,
            Traffic given,
            List<Span> spans,
            List<PartitionStorage> storage,
            Map<String, Long> lags) {
        return StatsDescription.of(
                new StatsDescription.Known(stream, policy, given, spans, storage, lags, here(stream)));
    }

    /** A stream that nothing was counted of yet has zeros, unless all are given away. */
    private Optional<StreamTraffic> here(StreamDefinition stream) {
        Optional<StreamTraffic> counted = traffic.find(stream.namespace(), stream.name());
        return counted.isPresent() || !traffic.countsEach() ? counted : Optional.of(new StreamTraffic());
    }

    /** How many messages lie behind what each subscription has acknowledged. */
    private CompletableFuture<Map<String, Long>> lags(
            StreamDefinition stream, Set<String> subscriptions, List<PartitionStorage> storage) {
        CompletableFuture<Map<String, Long>> all = CompletableFuture.completedFuture(new HashMap<>());
        for (String name : subscriptions.stream().limit(MAX_LAGS).toList()) {
            all = all.thenCompose(lags -> inspection
                    .storedBehind(stream, place(name, storage))
                    .thenApply(behind -> {
                        lags.put(name, sum(behind));
                        return lags;
                    }));
        }
        return all;
    }

    private static long sum(List<Long> behind) {
        return behind.stream().anyMatch(messages -> messages == Kept.UNNUMBERED)
                ? Kept.UNNUMBERED
                : behind.stream().mapToLong(Long::longValue).sum();
    }

    private static StartPosition.Resume place(String subscription, List<PartitionStorage> storage) {
        Map<Integer, Position> after = new HashMap<>();
        for (int partition = 0; partition < storage.size(); partition++) {
            Position last = storage.get(partition).acknowledged().get(subscription);
            if (last != null) {
                after.put(partition, last);
            }
        }
        return new StartPosition.Resume(0, after);
    }
}
