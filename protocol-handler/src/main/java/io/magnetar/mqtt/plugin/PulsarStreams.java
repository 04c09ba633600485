package io.magnetar.mqtt.plugin;

import io.magnetar.mqtt.config.MqttConfiguration;
import io.magnetar.mqtt.counters.StreamTrafficTable;
import io.magnetar.mqtt.owned.BrokerContents;
import io.magnetar.mqtt.owned.BrokerRetentionPolicies;
import io.magnetar.mqtt.owned.OwnedNumbers;
import io.magnetar.mqtt.owned.PulsarOwnedPartitions;
import io.magnetar.mqtt.owned.SurplusLedgers;
import io.magnetar.mqtt.quota.Quotas;
import io.magnetar.stream.NamespaceStreams;
import io.magnetar.stream.RetentionFloors;
import io.magnetar.stream.StreamAppender;
import io.magnetar.stream.StreamBackfill;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamGroups;
import io.magnetar.stream.StreamInspection;
import io.magnetar.stream.StreamReaders;
import io.magnetar.stream.append.AppendSettings;
import io.magnetar.stream.append.PulsarStreamAppender;
import io.magnetar.stream.backfill.PulsarBackfills;
import io.magnetar.stream.compaction.CompactionThresholds;
import io.magnetar.stream.compaction.PulsarCompactions;
import io.magnetar.stream.definition.MetadataStoreDefinitions;
import io.magnetar.stream.definition.WatchedStreamCatalog;
import io.magnetar.stream.group.PulsarStreamGroups;
import io.magnetar.stream.newest.IndexMemory;
import io.magnetar.stream.read.PulsarLastNumbers;
import io.magnetar.stream.read.PulsarStreamInspection;
import io.magnetar.stream.read.PulsarStreamReaders;
import io.magnetar.stream.read.ReadSettings;
import io.magnetar.stream.retention.FollowedFloors;
import io.magnetar.stream.retention.RetentionPolicies;
import io.magnetar.tenancy.Namespace;
import io.magnetar.tenancy.StreamRetention;
import io.magnetar.tenancy.TenantProvisioner;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pulsar.broker.PulsarServerException;
import org.apache.pulsar.broker.PulsarService;
import org.apache.pulsar.client.api.PulsarClient;

/**
 * The streams of one broker on its own Pulsar: its metadata store, its client and its credentials.
 *
 * <p>Thread: any.
 */
final class PulsarStreams {
    private static final int INDEXES_BUILT_AT_A_TIME = 4;
    private static final long TRIM_MILLIS = 30_000;
    private static final long TRIM_MARGIN_MILLIS = 60_000;

    private final WatchedStreamCatalog catalog;
    private final AppendSettings appendSettings;
    private final PulsarStreamAppender appender;
    private final IndexMemory replayIndexes;
    private final PulsarStreamReaders readers;
    private final CompactionThresholds compaction;
    private final PulsarStreamGroups groups;
    private final StreamInspection inspection;
    private final RetentionPolicies policies;
    private final PulsarBackfills backfills;
    private final TenantProvisioner provisioner;

    /**
     * @param quotas how many streams a namespace may have
     * @param traffic counts what goes in
     * @throws PulsarServerException when the broker has no client for us
     */
    PulsarStreams(
            MqttConfiguration configuration,
            PulsarService pulsar,
            String brokerName,
            InstantSource clock,
            Quotas quotas,
            StreamTrafficTable traffic,
            ScheduledExecutorService executor)
            throws PulsarServerException {
        PulsarClient client = pulsar.getClient();
        catalog = new WatchedStreamCatalog(
                new MetadataStoreDefinitions(
                        pulsar.getConfigurationMetadataStore(), configuration.namespaces()::isServed),
                namespace -> quotas.limits(namespace).streams().maxStreams(),
                executor);
        appendSettings = new AppendSettings(
                "magnetar-" + brokerName,
                configuration.appendTimeoutMillis(),
                2 * configuration.limits().maxBrokerPendingAppendBytes(),
                configuration.ioThreads());
        ReadSettings readSettings = ReadSettings.of(configuration.maxStreamReaders(), configuration.ioThreads());
        policies = new BrokerRetentionPolicies(pulsar);
        RetentionFloors floors = new FollowedFloors(
                catalog,
                policies,
                new PulsarLastNumbers(client, readSettings, new OwnedNumbers(pulsar.getBrokerService())),
                clock,
                executor);
        replayIndexes = new IndexMemory(configuration.maxReplayIndexBytes(), INDEXES_BUILT_AT_A_TIME);
        readers = new PulsarStreamReaders(
                client,
                catalog,
                floors,
                readSettings,
                new PulsarCompactions(pulsar.getAdminClient().topics()),
                replayIndexes,
                clock);
        compaction = new CompactionThresholds(pulsar.getAdminClient(), catalog, executor);
        groups = new PulsarStreamGroups(
                client,
                pulsar.getAdminClient(),
                catalog,
                readers,
                floors,
                readSettings,
                configuration.streams().maxGroups());
        inspection = new PulsarStreamInspection(client, floors, readSettings);
        backfills = new PulsarBackfills(client, pulsar.getAdminClient().topics(), catalog, clock, executor);
        appender = new PulsarStreamAppender(
                client,
                new PulsarOwnedPartitions(pulsar.getBrokerService()),
                catalog,
                new BrokerContents(pulsar.getBrokerService(), pulsar.getAdminClient(), floors, inspection),
                stream -> traffic.of(stream.namespace(), stream.name()),
                appendSettings,
                executor);
        catalog.onChange(namespace -> traffic.retain(namespace, names(catalog.of(namespace))));
        SurplusLedgers surplus = new SurplusLedgers(pulsar.getBrokerService(), catalog, clock, TRIM_MARGIN_MILLIS);
        var unused = executor.scheduleWithFixedDelay(surplus::look, TRIM_MILLIS, TRIM_MILLIS, TimeUnit.MILLISECONDS);
        provisioner = new TenantProvisioner(
                pulsar.getAdminClient(),
                pulsar.getConfiguration().getClusterName(),
                StreamRetention.ofMinutes(configuration.streamRetentionMinutes()),
                executor);
    }

    private static Set<String> names(NamespaceStreams streams) {
        return Stream.concat(streams.all().stream(), streams.filling().stream())
                .map(StreamDefinition::name)
                .collect(Collectors.toSet());
    }

    /** How this broker appends to logs. */
    AppendSettings appendSettings() {
        return appendSettings;
    }

    TenantProvisioner provisioner() {
        return provisioner;
    }

    WatchedStreamCatalog catalog() {
        return catalog;
    }

    StreamAppender appender() {
        return appender;
    }

    /** What replays of last-value streams have of this broker's memory. */
    IndexMemory replayIndexes() {
        return replayIndexes;
    }

    StreamReaders readers() {
        return readers;
    }

    StreamGroups groups() {
        return groups;
    }

    StreamBackfill backfill() {
        return backfills;
    }

    StreamInspection inspection() {
        return inspection;
    }

    RetentionPolicies policies() {
        return policies;
    }

    /** Reads all definitions. May be tried again after a failure. */
    CompletableFuture<Void> start() {
        return catalog.start();
    }

    /** Makes what the namespace needs in Pulsar and reads its definitions. May be tried again after a failure. */
    CompletableFuture<Void> open(Namespace namespace) {
        return provisioner.provision(namespace).thenCompose(ignored -> catalog.use(namespace));
    }

    /** The tenant was deleted. */
    void close(Namespace namespace) {
        catalog.release(namespace);
    }

    /** Completes when all that was given to the streams is answered. */
    CompletableFuture<Void> close() {
        compaction.close();
        backfills.close();
        catalog.close();
        groups.close();
        readers.close();
        return appender.close();
    }
}
