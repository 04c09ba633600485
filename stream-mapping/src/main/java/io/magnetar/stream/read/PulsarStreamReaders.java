package io.magnetar.stream.read;

import io.magnetar.stream.StartPosition;
import io.magnetar.stream.StreamCatalog;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamFailure.Kind;
import io.magnetar.stream.StreamReaders;
import io.magnetar.stream.failure.PulsarFailures;
import io.magnetar.stream.turn.TurnThreads;
import io.magnetar.tenancy.Namespace;
import io.magnetar.topic.TopicFilter;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.apache.pulsar.client.api.PulsarClient;

/**
 * Reads streams with the Pulsar client: a non-durable reader per partition. A reader ends with {@link Kind#GONE} when the
 * catalog no longer has its stream.
 *
 * <p>Thread: any.
 */
public final class PulsarStreamReaders implements StreamReaders {
    private static final long RETRY_MILLIS = 100;

    private final StreamCatalog catalog;
    private final ReadSettings settings;
    private final PartitionOpener opener;
    private final ExecutorService executor;
    private final LongAdder undecodable = new LongAdder();
    private final Set<OpenStreamReader> open = ConcurrentHashMap.newKeySet();
    /** Open ones and those that are being opened. */
    private final AtomicInteger inUse = new AtomicInteger();

    public PulsarStreamReaders(PulsarClient client, StreamCatalog catalog, ReadSettings settings) {
        this.catalog = catalog;
        this.settings = settings;
        this.opener = new PartitionOpener(client, settings);
        this.executor = TurnThreads.named("magnetar-read-", settings.threads());
        catalog.onChange(this::namespaceChanged);
    }

    @Override
    public CompletableFuture<StreamReader> open(
            StreamDefinition stream, StartPosition start, TopicFilter filter, StreamListener listener) {
        if (inUse.incrementAndGet() > settings.maxReaders()) {
            inUse.decrementAndGet();
            return CompletableFuture.failedFuture(new StreamFailureException(new StreamFailure(
                    Kind.QUOTA_EXCEEDED, "the broker reads streams for " + settings.maxReaders() + " subscriptions")));
        }
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(settings.openTimeoutMillis());
        List<CompletableFuture<PartitionCursor>> partitions = IntStream.range(0, stream.partitions())
                .mapToObj(partition -> open(stream, stream.pulsarTopic(partition), start, deadline))
                .toList();
        return CompletableFuture.allOf(partitions.toArray(CompletableFuture[]::new))
                .orTimeout(settings.openTimeoutMillis(), TimeUnit.MILLISECONDS)
                .handle((done, failure) -> {
                    if (failure != null) {
                        inUse.decrementAndGet();
                        partitions.forEach(PulsarStreamReaders::closeWhenOpen);
                        throw new StreamFailureException(PulsarFailures.of(failure, stream.pulsarTopic()));
                    }
                    return opened(
                            stream, partitions, new MessageSelection(stream, start, filter, undecodable), listener);
                });
    }

    /** Opens one partition. A Pulsar topic that is not there while its stream is defined is in the making. */
    private CompletableFuture<PartitionCursor> open(
            StreamDefinition stream, String pulsarTopic, StartPosition start, long deadlineNanos) {
        return opener.cursor(pulsarTopic, start).exceptionallyCompose(failure -> {
            boolean inTheMaking = PulsarFailures.of(failure, pulsarTopic).kind() == Kind.GONE
                    && isDefined(stream)
                    && System.nanoTime() - deadlineNanos < 0;
            return inTheMaking
                    ? later().thenCompose(ignored -> open(stream, pulsarTopic, start, deadlineNanos))
                    : CompletableFuture.failedFuture(failure);
        });
    }

    private static CompletableFuture<Void> later() {
        return CompletableFuture.runAsync(
                () -> {}, CompletableFuture.delayedExecutor(RETRY_MILLIS, TimeUnit.MILLISECONDS));
    }

    private StreamReader opened(
            StreamDefinition stream,
            List<CompletableFuture<PartitionCursor>> partitions,
            MessageSelection selection,
            StreamListener listener) {
        List<PartitionCursor> cursors = partitions.stream()
                .map(partition -> Objects.requireNonNull(partition.getNow(null)))
                .toList();
        OpenStreamReader[] self = new OpenStreamReader[1];
        self[0] = new OpenStreamReader(
                stream,
                cursors,
                selection,
                listener,
                () -> {
                    open.remove(self[0]);
                    inUse.decrementAndGet();
                },
                executor);
        open.add(self[0]);
        if (!isDefined(stream)) {
            fail(self[0]);
        }
        return self[0];
    }

    private boolean isDefined(StreamDefinition stream) {
        return catalog.of(stream.namespace()).all().stream()
                .anyMatch(defined -> defined.name().equals(stream.name()));
    }

    private void namespaceChanged(Namespace namespace) {
        open.stream()
                .filter(reader -> reader.stream().namespace().equals(namespace) && !isDefined(reader.stream()))
                .forEach(PulsarStreamReaders::fail);
    }

    private static void fail(OpenStreamReader reader) {
        reader.fail(new StreamFailure(Kind.GONE, "the stream " + reader.stream().name() + " no longer exists"));
    }

    private static void closeWhenOpen(CompletableFuture<PartitionCursor> partition) {
        var unused = partition.thenAccept(PartitionCursor::close).exceptionally(ignored -> null);
    }

    /** How many Pulsar messages were passed over because they are no MQTT messages: they have no topic. */
    public long undecodableMessages() {
        return undecodable.sum();
    }

    /** Closes all readers. */
    public void close() {
        open.forEach(OpenStreamReader::close);
        executor.shutdown();
    }
}
