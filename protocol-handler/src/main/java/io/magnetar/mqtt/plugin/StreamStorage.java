package io.magnetar.mqtt.plugin;

import io.magnetar.mqtt.admin.StreamTopics;
import io.magnetar.mqtt.quota.NamespaceQuota;
import io.magnetar.mqtt.quota.Quotas;
import io.magnetar.stream.StreamCatalog;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.tenancy.Namespace;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the streams of namespaces store, as far as that is limited: Pulsar tells it of {@value #LOOKED_AT} streams at a time, whichever
 * broker has them, one after the other.
 *
 * <p>Thread: the executor's, and Pulsar's for the answers.
 */
final class StreamStorage {
    private static final Logger LOG = LoggerFactory.getLogger(StreamStorage.class);
    private static final int LOOKED_AT = 32;
    private static final long ANSWER_MILLIS = 5_000;

    private final Quotas quotas;
    private final StreamCatalog catalog;
    private final StreamTopics topics;
    private final ArrayDeque<StreamDefinition> next = new ArrayDeque<>();
    /** By Pulsar topic. */
    private final Map<String, Long> bytes = new ConcurrentHashMap<>();

    private volatile boolean looking;

    StreamStorage(Quotas quotas, StreamCatalog catalog, StreamTopics topics) {
        this.quotas = quotas;
        this.catalog = catalog;
        this.topics = topics;
    }

    /** Looks at some every second. */
    void start(ScheduledExecutorService executor) {
        var unused = executor.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
    }

    private void look() {
        if (looking) {
            return;
        }
        Map<Namespace, NamespaceQuota> limited = limited();
        if (limited.isEmpty()) {
            bytes.clear();
            next.clear();
            return;
        }
        if (next.isEmpty()) {
            limited.keySet()
                    .forEach(namespace -> next.addAll(catalog.of(namespace).all()));
            bytes.keySet()
                    .retainAll(next.stream().map(StreamDefinition::pulsarTopic).toList());
        }
        List<CompletableFuture<Void>> looks = new ArrayList<>();
        for (int i = 0; i < LOOKED_AT && !next.isEmpty(); i++) {
            looks.add(look(next.remove()));
        }
        looking = true;
        var unused = CompletableFuture.allOf(looks.toArray(CompletableFuture[]::new))
                .orTimeout(ANSWER_MILLIS, TimeUnit.MILLISECONDS)
                .whenComplete((done, failure) -> {
                    limited.forEach((namespace, quota) -> quota.stored(sum(namespace)));
                    looking = false;
                });
    }

    private Map<Namespace, NamespaceQuota> limited() {
        Map<Namespace, NamespaceQuota> limited = new HashMap<>();
        quotas.forEach((namespace, quota) -> {
            if (quota.limits().streams().maxStorageBytes() > 0) {
                limited.put(namespace, quota);
            }
        });
        return limited;
    }

    /** What cannot be found out now is as it was. */
    private CompletableFuture<Void> look(StreamDefinition stream) {
        return topics.traffic(stream.pulsarTopic()).handle((traffic, failure) -> {
            if (failure != null) {
                LOG.debug("What {} stores cannot be found out now", stream.pulsarTopic(), failure);
            } else if (traffic.whole().get("storedBytes") instanceof Number stored) {
                bytes.put(stream.pulsarTopic(), stored.longValue());
            }
            return null;
        });
    }

    private long sum(Namespace namespace) {
        return catalog.of(namespace).all().stream()
                .mapToLong(stream -> bytes.getOrDefault(stream.pulsarTopic(), 0L))
                .sum();
    }
}
