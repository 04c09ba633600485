package io.magnetar.tenancy;

import java.util.Set;
import org.apache.pulsar.common.policies.data.AutoTopicCreationOverride;
import org.apache.pulsar.common.policies.data.BacklogQuota;
import org.apache.pulsar.common.policies.data.BacklogQuota.BacklogQuotaType;
import org.apache.pulsar.common.policies.data.BacklogQuota.RetentionPolicy;
import org.apache.pulsar.common.policies.data.InactiveTopicDeleteMode;
import org.apache.pulsar.common.policies.data.InactiveTopicPolicies;
import org.apache.pulsar.common.policies.data.Policies;
import org.apache.pulsar.common.policies.data.RetentionPolicies;

/** The policies of the Pulsar namespaces that Magnetar makes. Thread: immutable. */
final class NamespacePolicies {
    private static final int FOR_EVER = -1;
    private static final int ANY_SIZE = -1;
    private static final long COMPACTION_THRESHOLD_BYTES = 64L << 20;
    /** How much a forgotten subscription may leave unread, before the oldest of it is taken away. */
    private static final long LOG_BACKLOG_BYTES = 10L << 30;

    private final String cluster;

    NamespacePolicies(String cluster) {
        this.cluster = cluster;
    }

    Policies streams(StreamRetention retention) {
        return policies(retention.minutes(), retention.backlogBytes());
    }

    /** Of the messages owed to durable sessions. */
    Policies queue(int retentionMinutes) {
        return policies(retentionMinutes, LOG_BACKLOG_BYTES);
    }

    /** Of logs whose newest record per key counts: compacted now and then, and nothing is ever taken away. */
    Policies compactedLogs() {
        Policies policies = policies(FOR_EVER, LOG_BACKLOG_BYTES);
        policies.compaction_threshold = COMPACTION_THRESHOLD_BYTES;
        return policies;
    }

    private Policies policies(int retentionMinutes, long backlogBytes) {
        Policies policies = new Policies();
        policies.replication_clusters = Set.of(cluster);
        policies.retention_policies = new RetentionPolicies(retentionMinutes, ANY_SIZE);
        policies.inactive_topic_policies =
                new InactiveTopicPolicies(InactiveTopicDeleteMode.delete_when_no_subscriptions, 60, false);
        policies.autoTopicCreationOverride = AutoTopicCreationOverride.builder()
                .allowAutoTopicCreation(false)
                .build();
        policies.deduplicationEnabled = true;
        policies.backlog_quota_map.put(BacklogQuotaType.destination_storage, evicting(backlogBytes));
        policies.backlog_quota_map.put(BacklogQuotaType.message_age, evicting(backlogBytes));
        return policies;
    }

    /** By size; by age there is no limit, but neither one that the broker's configuration sets, which may hold producers. */
    private static BacklogQuota evicting(long bytes) {
        return BacklogQuota.builder()
                .limitSize(bytes)
                .limitTime(-1)
                .retentionPolicy(RetentionPolicy.consumer_backlog_eviction)
                .build();
    }
}
