package io.magnetar.mqtt.plugin;

import io.magnetar.mqtt.admin.AutomaticStreams;
import io.magnetar.mqtt.admin.StreamCap;
import io.magnetar.mqtt.admin.StreamTopics;
import io.magnetar.mqtt.config.MqttConfiguration;
import io.magnetar.mqtt.config.StreamSettings;
import io.magnetar.mqtt.counters.StreamTrafficTable;
import io.magnetar.mqtt.quota.Quotas;
import io.magnetar.mqtt.quota.StorageQuota;
import io.magnetar.mqtt.retain.Retained;
import io.magnetar.stream.StreamAppender;
import io.magnetar.stream.StreamCreation;
import io.magnetar.stream.definition.WatchedStreamCatalog;
import io.magnetar.tenancy.MetadataStoreProperties;
import io.magnetar.tenancy.Namespace;
import io.magnetar.tenancy.NamespaceProperties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.pulsar.broker.PulsarService;

/**
 * What operators have set for single namespaces of one broker, and what these may use by that.
 *
 * <p>Thread: any.
 */
final class OperatorLimits {
    private final MetadataStoreProperties properties;
    private final Quotas quotas;
    private final ScheduledExecutorService executor;

    /** @param executor has one thread */
    OperatorLimits(MqttConfiguration configuration, PulsarService pulsar, ScheduledExecutorService executor) {
        this.properties = OperatorProperties.follow(pulsar, executor);
        this.quotas = new Quotas(configuration.namespaceLimits(), properties, System::nanoTime);
        this.executor = executor;
    }

    /** What is set. */
    NamespaceProperties properties() {
        return properties;
    }

    Quotas quotas() {
        return quotas;
    }

    /** Retained messages, as many as each namespace may have. */
    Retained retained(boolean available) {
        return new Retained(available, namespace -> quotas.limits(namespace).retained());
    }

    /** Holds streams to their number and to what they store, from now on. */
    StreamCap hold(WatchedStreamCatalog catalog, StreamTopics topics) {
        properties.onChange(catalog::capChanged);
        new StreamStorage(quotas, catalog, topics).start(executor);
        return new StreamCap(
                catalog, namespace -> quotas.limits(namespace).streams().maxStreams());
    }

    /** Who may have streams made by subscribing, within their number. */
    static StreamCreation creation(
            StreamSettings settings, WatchedStreamCatalog catalog, StreamTopics topics, StreamCap cap) {
        return settings.creators() == null
                ? StreamCreation.NONE
                : new AutomaticStreams(catalog, topics, settings.creators(), settings.template(), cap);
    }

    StreamAppender held(StreamAppender appender, StreamTrafficTable traffic) {
        return new StorageQuota(appender, quotas, traffic);
    }

    /** Completes when what is set for the namespace is known. */
    CompletableFuture<Void> open(Namespace namespace) {
        return properties.open(namespace);
    }

    /** The tenant was deleted. */
    void close(Namespace namespace) {
        properties.close(namespace);
        quotas.close(namespace);
    }

    void close() {
        properties.close();
    }
}
