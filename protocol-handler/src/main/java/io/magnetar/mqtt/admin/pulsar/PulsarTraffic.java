package io.magnetar.mqtt.admin.pulsar;

import io.magnetar.mqtt.admin.StreamTopics.Traffic;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.pulsar.common.policies.data.PartitionedTopicStats;
import org.apache.pulsar.common.policies.data.SubscriptionStats;
import org.apache.pulsar.common.policies.data.TopicStats;
import org.apache.pulsar.compaction.Compactor;

/** Pulsar's statistics of a partitioned topic, as far as they tell of a stream, in words for JSON. Stateless. */
final class PulsarTraffic {
    private PulsarTraffic() {}

    static Traffic describe(PartitionedTopicStats stats) {
        Map<String, Object> traffic = new LinkedHashMap<>();
        traffic.put("storedBytes", stats.getStorageSize());
        traffic.put("messagesInPerSecond", rounded(stats.getMsgRateIn()));
        traffic.put("bytesInPerSecond", rounded(stats.getMsgThroughputIn()));
        traffic.put("messagesOutPerSecond", rounded(stats.getMsgRateOut()));
        traffic.put("bytesOutPerSecond", rounded(stats.getMsgThroughputOut()));
        traffic.put(
                "readers",
                stats.getPartitions().values().stream()
                        .mapToLong(PulsarTraffic::readers)
                        .max()
                        .orElse(0));
        SortedMap<String, Map<String, Object>> subscriptions = new TreeMap<>();
        stats.getSubscriptions().forEach((name, subscription) -> {
            if (subscription.isDurable() && !name.equals(Compactor.COMPACTION_SUBSCRIPTION)) {
                subscriptions.put(name, subscription(name, subscription));
            }
        });
        return new Traffic(traffic, subscriptions);
    }

    /** Those that are gone with their connection: replays over MQTT and readers of Pulsar have one in each partition. */
    private static long readers(TopicStats partition) {
        return partition.getSubscriptions().values().stream()
                .filter(subscription -> !subscription.isDurable())
                .count();
    }

    private static Map<String, Object> subscription(String name, SubscriptionStats stats) {
        Map<String, Object> subscription = new LinkedHashMap<>();
        subscription.put("name", name);
        subscription.put("type", stats.getType());
        subscription.put("consumers", stats.getConsumers().size());
        subscription.put("backlogEntries", stats.getMsgBacklog());
        subscription.put("backlogBytes", stats.getBacklogSize());
        subscription.put("messagesOutPerSecond", rounded(stats.getMsgRateOut()));
        return subscription;
    }

    private static double rounded(double rate) {
        return Math.round(rate * 100) / 100.0;
    }
}
