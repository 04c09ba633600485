package io.magnetar.it.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.message.Message;
import io.magnetar.message.MessageProperties;
import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.owned.PulsarOwnedPartitions;
import io.magnetar.stream.ReplayRange;
import io.magnetar.stream.RetentionFloor;
import io.magnetar.stream.StartPosition;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.append.AppendMeter;
import io.magnetar.stream.append.AppendSettings;
import io.magnetar.stream.append.OwnedPartitions;
import io.magnetar.stream.append.PartitionContents;
import io.magnetar.stream.append.PulsarStreamAppender;
import io.magnetar.stream.compaction.PulsarCompactions;
import io.magnetar.stream.definition.MetadataStoreDefinitions;
import io.magnetar.stream.definition.WatchedStreamCatalog;
import io.magnetar.stream.newest.IndexMemory;
import io.magnetar.stream.read.PulsarStreamReaders;
import io.magnetar.stream.read.ReadSettings;
import io.magnetar.tenancy.Namespace;
import io.magnetar.topic.TopicFilter;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.admin.LongRunningProcessStatus;
import org.apache.pulsar.client.admin.PulsarAdminException;
import org.apache.pulsar.common.policies.data.AutoTopicCreationOverride;
import org.awaitility.Awaitility;

/** The streams of one tenant, wired as a broker wires them. */
final class Streams implements AutoCloseable {
    /** The name of the producers. */
    static final String WRITER = "magnetar-test";

    static final int MAX_STREAMS = 5;

    private static final int TIMEOUT_SECONDS = 30;

    final EmbeddedPulsar pulsar;
    final Namespace namespace;
    final WatchedStreamCatalog catalog;
    final PulsarStreamAppender appender;
    final PulsarStreamReaders readers;
    /** For replays of last-value streams. */
    final IndexMemory indexMemory = new IndexMemory(64 << 20, 2);
    /** What the broker received before it has expired, epoch microseconds. */
    volatile long floorMicros;
    /** Runs whenever a reader is about to read some messages, on its thread. */
    volatile Runnable beforeRead = () -> {};

    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();

    private Streams(EmbeddedPulsar pulsar, String tenant, OwnedPartitions owned, int appendTimeoutMillis)
            throws Exception {
        this.pulsar = pulsar;
        this.namespace = new Namespace(tenant);
        this.catalog = new WatchedStreamCatalog(
                new MetadataStoreDefinitions(pulsar.broker().getConfigurationMetadataStore(), tenant::equals),
                namespace -> MAX_STREAMS,
                executor);
        catalog.start().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        this.appender = new PulsarStreamAppender(
                pulsar.client(),
                owned,
                catalog,
                PartitionContents.UNKNOWN,
                stream -> AppendMeter.NONE,
                new AppendSettings(WRITER, appendTimeoutMillis, 64 << 20, 2),
                executor);
        this.readers = new PulsarStreamReaders(
                pulsar.client(),
                catalog,
                stream -> CompletableFuture.completedFuture(floor()),
                ReadSettings.of(100, 2),
                new PulsarCompactions(pulsar.admin().topics()),
                indexMemory,
                InstantSource.system());
    }

    private RetentionFloor floor() {
        return new RetentionFloor() {
            @Override
            public long fromMicros() {
                beforeRead.run();
                return floorMicros;
            }

            @Override
            public long fromNumber(int partition) {
                return 0;
            }
        };
    }

    /** Of a new tenant, where only admins make topics; the broker appends to its own partitions. */
    static Streams open(EmbeddedPulsar pulsar) throws Exception {
        return open(pulsar, new PulsarOwnedPartitions(pulsar.broker().getBrokerService()));
    }

    /** Of a new tenant, where only admins make topics. */
    static Streams open(EmbeddedPulsar pulsar, OwnedPartitions owned) throws Exception {
        String tenant = pulsar.newTenant();
        AutoTopicCreationOverride off = AutoTopicCreationOverride.builder()
                .allowAutoTopicCreation(false)
                .build();
        pulsar.admin().namespaces().setAutoTopicCreation(tenant + "/streams", off);
        return new Streams(pulsar, tenant, owned, 30_000);
    }

    static Streams open(EmbeddedPulsar pulsar, String tenant, OwnedPartitions owned, int appendTimeoutMillis)
            throws Exception {
        return new Streams(pulsar, tenant, owned, appendTimeoutMillis);
    }

    String topic(String name) {
        return "persistent://" + namespace.name() + "/streams/" + name;
    }

    /** Makes a stream as an admin does, and waits until the catalog has it. */
    StreamDefinition create(String name, int partitions, Map<String, String> properties) throws PulsarAdminException {
        pulsar.admin().topics().createPartitionedTopic(topic(name), partitions, properties);
        return await(name);
    }

    StreamDefinition await(String name) {
        return Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> find(name), Optional::isPresent)
                .orElseThrow();
    }

    Optional<StreamDefinition> find(String name) {
        return catalog.of(namespace).all().stream()
                .filter(stream -> stream.name().equals(name))
                .findFirst();
    }

    Message message(String clientId, String topic, String payload, long timestampMicros) {
        return new Message(
                topic,
                payload.getBytes(UTF_8),
                Qos.AT_LEAST_ONCE,
                false,
                MessageProperties.NONE,
                new Publisher(namespace, clientId, null),
                timestampMicros);
    }

    /** Completes with nothing when the log has confirmed the message. */
    CompletableFuture<Optional<StreamFailure>> append(StreamDefinition stream, Message message) {
        CompletableFuture<Optional<StreamFailure>> answer = new CompletableFuture<>();
        appender.append(stream, message, failure -> answer.complete(Optional.ofNullable(failure)));
        return answer;
    }

    /** Runs Pulsar's compaction over all partitions, and returns when it has done so. */
    void compact(StreamDefinition stream) throws PulsarAdminException {
        for (int partition = 0; partition < stream.partitions(); partition++) {
            String pulsarTopic = stream.pulsarTopic(partition);
            pulsar.admin().topics().triggerCompaction(pulsarTopic);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(TIMEOUT_SECONDS))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> pulsar.admin().topics().compactionStatus(pulsarTopic).status
                            == LongRunningProcessStatus.Status.SUCCESS);
        }
    }

    void appendAndConfirm(StreamDefinition stream, Message message) throws Exception {
        Optional<StreamFailure> failure = append(stream, message).get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        if (failure.isPresent()) {
            throw new AssertionError("not appended: " + failure.get());
        }
    }

    Replay read(StreamDefinition stream, StartPosition start, String filter) throws Exception {
        return read(stream, ReplayRange.from(start), filter);
    }

    Replay read(StreamDefinition stream, ReplayRange range, String filter) throws Exception {
        Replay replay = new Replay();
        replay.reader =
                readers.open(stream, range, new TopicFilter(filter), replay).get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        return replay;
    }

    @Override
    public void close() throws Exception {
        readers.close();
        appender.close().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        catalog.close();
        executor.shutdown();
    }
}
