package io.magnetar.it.pulsar;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Deque;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.bookkeeper.conf.ServerConfiguration;
import org.apache.pulsar.broker.PulsarService;
import org.apache.pulsar.broker.ServiceConfiguration;
import org.apache.pulsar.client.admin.PulsarAdmin;
import org.apache.pulsar.client.admin.PulsarAdminException;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.common.policies.data.ClusterData;
import org.apache.pulsar.common.policies.data.RetentionPolicies;
import org.apache.pulsar.common.policies.data.TenantInfo;
import org.apache.pulsar.metadata.bookkeeper.BKCluster;
import org.jspecify.annotations.Nullable;

/**
 * A whole Pulsar in this JVM: metadata store, bookie and broker, on free ports of 127.0.0.1, with its data in a
 * temporary directory that {@link #close()} deletes.
 *
 * <p>Tests share one through {@link PulsarExtension} and keep apart by tenants ({@link #newTenant()}). A test that
 * needs other broker settings starts a broker of its own beside the shared one ({@link #startBroker}).
 *
 * <p>Thread: any.
 */
public final class EmbeddedPulsar implements AutoCloseable {
    /** The Pulsar cluster that all tenants may use. */
    public static final String CLUSTER = "standalone";

    private final AtomicInteger tenants = new AtomicInteger();
    /** What is open, the last started first. */
    private final Deque<AutoCloseable> open = new ConcurrentLinkedDeque<>();

    private final Path directory;
    private final String metadataUrl;
    private final PulsarService broker;
    private final PulsarClient client;
    private final PulsarAdmin admin;

    private EmbeddedPulsar(Consumer<ServiceConfiguration> settings) throws Exception {
        directory = Files.createTempDirectory("magnetar-pulsar-");
        open.push(() -> deleteRecursively(directory));
        try {
            ZooKeeper metadata = ZooKeeper.start(directory.resolve("metadata"));
            open.push(metadata);
            metadataUrl = metadata.url();
            open.push(startBookie());
            broker = startBroker(settings);
            client = PulsarClient.builder()
                    .serviceUrl(broker.getBrokerServiceUrl())
                    .build();
            open.push(client);
            admin = PulsarAdmin.builder()
                    .serviceHttpUrl(broker.getWebServiceAddress())
                    .build();
            open.push(admin);
            createCluster();
        } catch (Exception | Error e) {
            close();
            throw e;
        }
    }

    /** Starts a Pulsar with the settings that Magnetar recommends. */
    public static EmbeddedPulsar start() throws Exception {
        return start(configuration -> {});
    }

    /** Starts a Pulsar whose broker's settings {@code settings} may change. */
    public static EmbeddedPulsar start(Consumer<ServiceConfiguration> settings) throws Exception {
        return new EmbeddedPulsar(settings);
    }

    /** Starts one more broker of this cluster; it ends with the cluster, or when closed. */
    public PulsarService startBroker(Consumer<ServiceConfiguration> settings) throws Exception {
        ServiceConfiguration configuration = brokerConfiguration();
        settings.accept(configuration);
        PulsarService service = new PulsarService(configuration);
        open.push(service);
        service.start();
        return service;
    }

    public PulsarService broker() {
        return broker;
    }

    public PulsarClient client() {
        return client;
    }

    public PulsarAdmin admin() {
        return admin;
    }

    /**
     * Makes a fresh tenant with the namespace {@code streams}, whose topics keep what nobody reads, and returns its
     * name.
     */
    public String newTenant() throws PulsarAdminException {
        String tenant = "tenant-" + tenants.incrementAndGet();
        createTenant(tenant);
        admin.namespaces().createNamespace(tenant + "/streams");
        admin.namespaces().setRetention(tenant + "/streams", new RetentionPolicies(-1, -1));
        return tenant;
    }

    private void createCluster() throws PulsarAdminException {
        admin.clusters()
                .createCluster(
                        CLUSTER,
                        ClusterData.builder()
                                .serviceUrl(broker.getWebServiceAddress())
                                .brokerServiceUrl(broker.getBrokerServiceUrl())
                                .build());
        createTenant("public");
        createTenant("pulsar");
        admin.namespaces().createNamespace("public/default");
        admin.namespaces().createNamespace("pulsar/system");
    }

    private void createTenant(String tenant) throws PulsarAdminException {
        admin.tenants()
                .createTenant(
                        tenant,
                        TenantInfo.builder().allowedClusters(Set.of(CLUSTER)).build());
    }

    private BKCluster startBookie() throws Exception {
        ServerConfiguration bookie = new ServerConfiguration();
        bookie.setLedgerStorageClass("org.apache.bookkeeper.bookie.storage.ldb.DbLedgerStorage");
        bookie.setProperty("dbStorage_writeCacheMaxSizeMb", 128);
        bookie.setProperty("dbStorage_readAheadCacheMaxSizeMb", 64);
        bookie.setProperty("dbStorage_rocksDB_blockCacheSize", 16L << 20);
        bookie.setAllowLoopback(true);
        bookie.setAdvertisedAddress("127.0.0.1");
        bookie.setJournalMaxGroupWaitMSec(1);
        bookie.setJournalSyncData(false);
        bookie.setDiskUsageThreshold(0.99f);
        bookie.setDiskUsageWarnThreshold(0.98f);
        return BKCluster.builder()
                .baseServerConfiguration(bookie)
                .metadataServiceUri(metadataUrl)
                .numBookies(1)
                .dataDir(directory.resolve("bookie").toString())
                .build();
    }

    private ServiceConfiguration brokerConfiguration() {
        ServiceConfiguration configuration = new ServiceConfiguration();
        configuration.setClusterName(CLUSTER);
        configuration.setMetadataStoreUrl(metadataUrl);
        configuration.setConfigurationMetadataStoreUrl(metadataUrl);
        configuration.setAdvertisedAddress("127.0.0.1");
        configuration.setBindAddress("127.0.0.1");
        configuration.setBrokerServicePort(Optional.of(0));
        configuration.setWebServicePort(Optional.of(0));
        configuration.setManagedLedgerDefaultEnsembleSize(1);
        configuration.setManagedLedgerDefaultWriteQuorum(1);
        configuration.setManagedLedgerDefaultAckQuorum(1);
        configuration.setBookkeeperNumberOfChannelsPerBookie(1);
        configuration.setManagedLedgerCacheSizeMB(64);
        configuration.setManagedLedgerNewEntriesCheckDelayInMillis(0);
        configuration.setNumIOThreads(2);
        configuration.setNumHttpServerThreads(8);
        configuration.setLoadBalancerEnabled(false);
        configuration.setWebSocketServiceEnabled(false);
        configuration.setBrokerShutdownTimeoutMs(0);
        configuration.setAcknowledgmentAtBatchIndexLevelEnabled(true);
        configuration.setTopicCompactionRetainNullKey(true);
        configuration.setForceDeleteNamespaceAllowed(true);
        configuration.setForceDeleteTenantAllowed(true);
        configuration.setExposingBrokerEntryMetadataToClientEnabled(true);
        configuration.setBrokerEntryMetadataInterceptors(Set.of(
                "org.apache.pulsar.common.intercept.AppendBrokerTimestampMetadataInterceptor",
                "org.apache.pulsar.common.intercept.AppendIndexMetadataInterceptor"));
        return configuration;
    }

    /** Stops everything, the last started first, and deletes the data; buffers that its users have lost are reported before. */
    @Override
    public void close() throws Exception {
        LeakedBuffers.report();
        Exception first = null;
        for (AutoCloseable next = open.poll(); next != null; next = open.poll()) {
            try {
                next.close();
            } catch (Exception e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private static void deleteRecursively(Path root) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException e) throws IOException {
                Files.delete(dir);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
