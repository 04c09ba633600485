package io.magnetar.stream.read;

import io.magnetar.stream.MessageIdSyntax;
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
        return fixed(stream, start)
                .thenCompose(from -> openAll(stream, from, filter, listener))
                .exceptionallyCompose(failure -> {
                    inUse.decrementAndGet();
                    return CompletableFuture.failedFuture(
                            new StreamFailureException(PulsarFailures.of(failure, stream.pulsarTopic())));
                });
    }

    /** The start of all partitions: a message of one of them tells the time where the others begin. */
    private CompletableFuture<StartPosition> fixed(StreamDefinition stream, StartPosition start) {
        if (!(start instanceof StartPosition.MessageId id)) {
            return CompletableFuture.completedFuture(start);
        }
        if (id.partition() >= stream.partitions()) {
            return CompletableFuture.failedFuture(noMessage(stream, id));
        }
        return opener.storedMillis(stream.pulsarTopic(id.partition()), id.partition(), id.position())
                .orTimeout(settings.openTimeoutMillis(), TimeUnit.MILLISECONDS)
                .thenApply(found -> {
                    long micros = TimeUnit.MILLISECONDS.toMicros(found.orElseThrow(() -> noMessage(stream, id)));
                    long from = Math.max(0, micros - StartPosition.MessageId.MARGIN_MICROS);
                    return new StartPosition.MessageId(
                            id.partition(), id.position(), stream.partitions() == 1 ? 0 : from);
                });
    }

    private static StreamFailureException noMessage(StreamDefinition stream, StartPosition.MessageId id) {
        return new StreamFailureException(new StreamFailure(
                Kind.NO_SUCH_POSITION,
                "the stream '" + stream.name() + "' has no message "
                        + MessageIdSyntax.write(id.partition(), id.position()) + " nor a later one in its partition"));
    }

    private CompletableFuture<StreamReader> openAll(
            StreamDefinition stream, StartPosition start, TopicFilter filter, StreamListener listener) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(settings.openTimeoutMillis());
        List<CompletableFuture<PositionCursor>> partitions = IntStream.range(0, stream.partitions())
                .mapToObj(partition -> open(stream, partition, start, deadline))
                .toList();
        return CompletableFuture.allOf(partitions.toArray(CompletableFuture[]::new))
                .orTimeout(settings.openTimeoutMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        partitions.forEach(PulsarStreamReaders::closeWhenOpen);
                    }
                })
                .thenApply(done -> opened(
                        stream, start, partitions, new MessageSelection(stream, start, filter, undecodable), listener));
    }

    /** Opens one partition. A Pulsar topic that is not there while its stream is defined is in the making. */
    private CompletableFuture<PositionCursor> open(
            StreamDefinition stream, int partition, StartPosition start, long deadlineNanos) {
        String pulsarTopic = stream.pulsarTopic(partition);
        return opener.cursor(pulsarTopic, partition, start).exceptionallyCompose(failure -> {
            boolean inTheMaking = PulsarFailures.of(failure, pulsarTopic).kind() == Kind.GONE
                    && isDefined(stream)
                    && System.nanoTime() - deadlineNanos < 0;
            return inTheMaking
                    ? later().thenCompose(ignored -> open(stream, partition, start, deadlineNanos))
                    : CompletableFuture.failedFuture(failure);
        });
    }

    private static CompletableFuture<Void> later() {
        return CompletableFuture.runAsync(
                () -> {}, CompletableFuture.delayedExecutor(RETRY_MILLIS, TimeUnit.MILLISECONDS));
    }

    private StreamReader opened(
            StreamDefinition stream,
            StartPosition start,
            List<CompletableFuture<PositionCursor>> partitions,
            MessageSelection selection,
            StreamListener listener) {
        List<PositionCursor> cursors = partitions.stream()
                .map(partition -> Objects.requireNonNull(partition.getNow(null)))
                .toList();
        OpenStreamReader[] self = new OpenStreamReader[1];
        self[0] = new OpenStreamReader(
                stream,
                PartitionOpener.fromMicros(start),
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

    private static void closeWhenOpen(CompletableFuture<PositionCursor> partition) {
        var unused = partition.thenAccept(PositionCursor::close).exceptionally(ignored -> null);
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
