package io.magnetar.stream.compaction;

import io.magnetar.stream.StreamCatalog;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.tenancy.Namespace;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.pulsar.client.admin.Namespaces;
import org.apache.pulsar.client.admin.PulsarAdmin;
import org.apache.pulsar.client.admin.TopicPolicies;
import org.apache.pulsar.common.naming.TopicName;
import org.apache.pulsar.common.util.FutureUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes sure that last-value streams are compacted: one for which no threshold is in force gets one, as a policy of its Pulsar topic. An
 * admin's own, of the topic, its namespace or the broker, stays, also a 0 of the topic or the namespace, which means never. All brokers do so, and it is the same whichever was first.
 *
 * <p>Thread: any.
 */
public final class CompactionThresholds {
    /** Compaction begins when so much of a partition has come since the last one. */
    public static final long BYTES = 128L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(CompactionThresholds.class);
    private static final long RETRY_SECONDS = 60;

    private final TopicPolicies policies;
    private final Namespaces namespaces;
    private final StreamCatalog catalog;
    /** The last-value streams that are looked after. */
    private final Set<Topic> settled = ConcurrentHashMap.newKeySet();

    private final Set<Topic> failed = ConcurrentHashMap.newKeySet();
    private final ScheduledFuture<?> retries;

    /** The Pulsar topic of a stream; one that was made in its place has lost its policies. */
    private record Topic(Namespace namespace, String pulsarTopic, long createdAtMillis) {
        static Topic of(StreamDefinition stream) {
            return new Topic(
                    stream.namespace(), stream.pulsarTopic(), stream.life().createdAtMillis());
        }
    }

    /** @param timer tries again what has failed */
    public CompactionThresholds(PulsarAdmin admin, StreamCatalog catalog, ScheduledExecutorService timer) {
        this.policies = admin.topicPolicies();
        this.namespaces = admin.namespaces();
        this.catalog = catalog;
        catalog.onChange(this::namespaceChanged);
        retries = timer.scheduleWithFixedDelay(
                () -> settle(catalog.all()), RETRY_SECONDS, RETRY_SECONDS, TimeUnit.SECONDS);
    }

    private void namespaceChanged(Namespace namespace) {
        Collection<StreamDefinition> streams = catalog.of(namespace).all();
        forgetOthers(settled, namespace, streams);
        forgetOthers(failed, namespace, streams);
        settle(streams);
    }

    private static void forgetOthers(Set<Topic> known, Namespace namespace, Collection<StreamDefinition> streams) {
        Set<Topic> there = streams.stream().map(Topic::of).collect(Collectors.toUnmodifiableSet());
        known.removeIf(topic -> topic.namespace().equals(namespace) && !there.contains(topic));
    }

    private void settle(Iterable<StreamDefinition> streams) {
        for (StreamDefinition stream : streams) {
            Topic topic = Topic.of(stream);
            if (!stream.lastValue()) {
                settled.remove(topic);
            } else if (settled.add(topic)) {
                var unused = settle(topic.pulsarTopic()).whenComplete((done, failure) -> {
                    if (failure != null) {
                        settled.remove(topic);
                        warn(topic, failure);
                    }
                });
            }
        }
    }

    private CompletableFuture<Void> settle(String pulsarTopic) {
        return policies.getCompactionThresholdAsync(pulsarTopic, false)
                .thenCompose(own ->
                        own != null ? CompletableFuture.<Void>completedFuture(null) : settleWithout(pulsarTopic));
    }

    /** The topic has none of its own. */
    private CompletableFuture<Void> settleWithout(String pulsarTopic) {
        return namespaces
                .getCompactionThresholdAsync(TopicName.get(pulsarTopic).getNamespace())
                .thenCompose(ofNamespace -> ofNamespace != null
                        ? CompletableFuture.<Void>completedFuture(null)
                        : policies.getCompactionThresholdAsync(pulsarTopic, true)
                                .thenCompose(inForce -> set(pulsarTopic, inForce)));
    }

    private CompletableFuture<Void> set(String pulsarTopic, @Nullable Long inForce) {
        return inForce != null && inForce > 0
                ? CompletableFuture.completedFuture(null)
                : policies.setCompactionThresholdAsync(pulsarTopic, BYTES)
                        .thenRun(() ->
                                LOG.info("{} is compacted after every {} bytes of a partition", pulsarTopic, BYTES));
    }

    /** Once for each stream. */
    private void warn(Topic topic, Throwable failure) {
        if (failed.add(topic)) {
            LOG.warn(
                    "{} is a last-value stream without compaction, and replays of it read all that is kept. Its threshold"
                            + " cannot be set, it is tried again every {} s: {}",
                    topic.pulsarTopic(),
                    RETRY_SECONDS,
                    FutureUtil.unwrapCompletionException(failure).toString());
        }
    }

    /** Sets no more thresholds. */
    public void close() {
        retries.cancel(false);
    }
}
