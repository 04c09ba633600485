package io.magnetar.stream.read;

import io.magnetar.stream.EndPosition;
import io.magnetar.stream.Position;
import io.magnetar.stream.ReplayRange;
import io.magnetar.stream.RetentionFloor;
import io.magnetar.stream.RetentionFloors;
import io.magnetar.stream.StartPosition;
import io.magnetar.stream.StreamCatalog;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamFailure.Kind;
import io.magnetar.stream.StreamReaders;
import io.magnetar.stream.failure.PulsarFailures;
import io.magnetar.stream.newest.IndexMemory;
import io.magnetar.stream.turn.TurnThreads;
import io.magnetar.tenancy.Namespace;
import io.magnetar.topic.TopicFilter;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    private final InTheMaking inTheMaking;
    private final ReadSettings settings;
    private final PartitionOpener opener;
    private final EndFinder ends;
    private final RetentionFloors floors;
    private final Compactions compactions;
    private final IndexMemory indexMemory;
    private final InstantSource clock;
    private final ExecutorService executor;
    private final LongAdder undecodable = new LongAdder();
    private final Set<OpenStreamReader> open = ConcurrentHashMap.newKeySet();
    /** Open ones and those that are being opened. */
    private final AtomicInteger inUse = new AtomicInteger();

    /**
     * @param floors below them nothing is read
     * @param indexMemory for replays of last-value streams
     * @param clock tells when the end of a range is over
     */
    public PulsarStreamReaders(
            PulsarClient client,
            StreamCatalog catalog,
            RetentionFloors floors,
            ReadSettings settings,
            Compactions compactions,
            IndexMemory indexMemory,
            InstantSource clock) {
        this.inTheMaking = new InTheMaking(catalog);
        this.floors = floors;
        this.settings = settings;
        this.opener = new PartitionOpener(client, settings);
        this.ends = new EndFinder(opener);
        this.compactions = compactions;
        this.indexMemory = indexMemory;
        this.clock = clock;
        this.executor = TurnThreads.named("magnetar-read-", settings.threads());
        catalog.onChange(this::namespaceChanged);
    }

    @Override
    public CompletableFuture<StreamReader> open(
            StreamDefinition stream, ReplayRange range, TopicFilter filter, StreamListener listener) {
        if (inUse.incrementAndGet() > settings.maxReaders()) {
            inUse.decrementAndGet();
            return CompletableFuture.failedFuture(new StreamFailureException(new StreamFailure(
                    Kind.QUOTA_EXCEEDED, "the broker reads streams for " + settings.maxReaders() + " subscriptions")));
        }
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(settings.openTimeoutMillis());
        PendingReader pending = new PendingReader(listener);
        pending.opens(inTheMaking
                .retried(stream, 0, deadline, () -> floors.of(stream))
                .thenCompose(floor -> FixedStarts.of(stream, range.from(), stored(stream, deadline))
                        .thenCompose(from -> end(stream, range.to(), deadline)
                                .thenCompose(to ->
                                        open(stream, new ReplayRange(from, to), filter, floor, pending, deadline))))
                .exceptionallyCompose(failure -> {
                    inUse.decrementAndGet();
                    return CompletableFuture.failedFuture(
                            new StreamFailureException(PulsarFailures.of(failure, stream.pulsarTopic())));
                }));
        return pending.answer();
    }

    /** The end of the partitions that is known without the cursors: what the message of one of them, or a time, says. */
    private CompletableFuture<EndPosition> end(StreamDefinition stream, EndPosition end, long deadlineNanos) {
        if (end instanceof EndPosition.Timestamp time) {
            return CompletableFuture.completedFuture(new EndPosition.Fixed(time.epochMicros(), Map.of()));
        }
        if (end instanceof EndPosition.MessageId id) {
            return FixedStarts.storedMicros(stream, id.partition(), id.position(), stored(stream, deadlineNanos))
                    .thenApply(micros -> new EndPosition.Fixed(
                            stream.partitions() == 1 ? 0 : micros,
                            Map.of(id.partition(), id.position().before())));
        }
        return CompletableFuture.completedFuture(end);
    }

    private FixedStarts.StoredMicros stored(StreamDefinition stream, long deadlineNanos) {
        return (partition, position) -> inTheMaking
                .retried(stream, partition, deadlineNanos, () -> opener.storedMicros(stream, partition, position))
                .orTimeout(settings.openTimeoutMillis(), TimeUnit.MILLISECONDS);
    }

    private CompletableFuture<StreamReader> open(
            StreamDefinition stream,
            ReplayRange range,
            TopicFilter filter,
            RetentionFloor floor,
            PendingReader pending,
            long deadlineNanos) {
        return stream.lastValue() && !(range.from() instanceof StartPosition.Latest)
                ? openNewest(stream, range, filter, new KeyFloor(floor), pending, deadlineNanos)
                : openAll(stream, range, filter, floor, pending, deadlineNanos);
    }

    /** Opens a replay that begins with the newest message of each key. */
    private CompletableFuture<StreamReader> openNewest(
            StreamDefinition stream,
            ReplayRange range,
            TopicFilter filter,
            RetentionFloor floor,
            PendingReader pending,
            long deadlineNanos) {
        CompletableFuture<EndPosition> last = partitionEnds(stream, new EndPosition.Now(), deadlineNanos);
        CompletableFuture<EndPosition> end =
                range.to() instanceof EndPosition.Now ? last : partitionEnds(stream, range.to(), deadlineNanos);
        return last.thenCombine(end, (now, to) -> {
                    ReplayRange fixed = new ReplayRange(range.from(), to);
                    return new NewestOpening(
                            opener,
                            compactions,
                            stream,
                            fixed,
                            NewestSpans.of(
                                    stream, fixed, (EndPosition.Fixed) now, settings.skewMarginMillis(), nowMicros()),
                            floor,
                            indexMemory,
                            clock,
                            executor);
                })
                .orTimeout(settings.openTimeoutMillis(), TimeUnit.MILLISECONDS)
                .thenCompose(opening -> cursors(opening, pending).thenApply(cursors -> {
                    OpenStreamReader reader =
                            opened(stream, opening.range(), cursors, filter, floor, pending.listener(), opening::close);
                    reader.inOrder(opening.order());
                    return reader;
                }));
    }

    /** The client has no answer until the last so many keys are known, which takes turns and memory. */
    private CompletableFuture<List<PositionCursor>> cursors(NewestOpening opening, PendingReader pending) {
        pending.onGivenUp(opening::close);
        return opening.cursors()
                .orTimeout(settings.openTimeoutMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((cursors, failure) -> {
                    if (failure != null) {
                        opening.close();
                    }
                });
    }

    private long nowMicros() {
        return TimeUnit.MILLISECONDS.toMicros(clock.millis());
    }

    private CompletableFuture<StreamReader> openAll(
            StreamDefinition stream,
            ReplayRange range,
            TopicFilter filter,
            RetentionFloor floor,
            PendingReader pending,
            long deadlineNanos) {
        List<CompletableFuture<PositionCursor>> partitions = IntStream.range(0, stream.partitions())
                .mapToObj(partition -> inTheMaking.retried(
                        stream,
                        partition,
                        deadlineNanos,
                        () -> opener.cursor(stream.pulsarTopic(partition), partition, range.from(), floor)))
                .toList();
        CompletableFuture<EndPosition> end = CompletableFuture.allOf(partitions.toArray(CompletableFuture[]::new))
                .thenCompose(done -> partitionEnds(stream, range.to(), deadlineNanos));
        return end.orTimeout(settings.openTimeoutMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        partitions.forEach(PulsarStreamReaders::closeWhenOpen);
                    }
                })
                .thenApply(to -> opened(
                        stream,
                        new ReplayRange(range.from(), to),
                        partitions.stream()
                                .map(partition -> Objects.requireNonNull(partition.getNow(null)))
                                .toList(),
                        filter,
                        floor,
                        pending.listener(),
                        () -> {}));
    }

    /** Where each partition ends, when that is not known yet. */
    private CompletableFuture<EndPosition> partitionEnds(StreamDefinition stream, EndPosition end, long deadlineNanos) {
        if (end instanceof EndPosition.Never || end instanceof EndPosition.Fixed) {
            return CompletableFuture.completedFuture(end);
        }
        List<CompletableFuture<Position>> through = IntStream.range(0, stream.partitions())
                .mapToObj(partition -> inTheMaking.retried(
                        stream,
                        partition,
                        deadlineNanos,
                        () -> ends.through(stream.pulsarTopic(partition), partition, end, stream.lastValue())))
                .toList();
        return CompletableFuture.allOf(through.toArray(CompletableFuture[]::new))
                .thenApply(done -> {
                    Map<Integer, Position> fixed = new HashMap<>();
                    for (int partition = 0; partition < through.size(); partition++) {
                        fixed.put(
                                partition,
                                Objects.requireNonNull(through.get(partition).getNow(null)));
                    }
                    return new EndPosition.Fixed(0, fixed);
                });
    }

    private OpenStreamReader opened(
            StreamDefinition stream,
            ReplayRange range,
            List<PositionCursor> cursors,
            TopicFilter filter,
            RetentionFloor floor,
            StreamListener listener,
            Runnable onClosed) {
        OpenStreamReader[] self = new OpenStreamReader[1];
        self[0] = new OpenStreamReader(
                stream,
                range,
                cursors,
                floor,
                clock,
                new MessageSelection(stream, range.from(), filter, undecodable),
                listener,
                () -> {
                    open.remove(self[0]);
                    inUse.decrementAndGet();
                    onClosed.run();
                },
                executor);
        if (range.to() instanceof EndPosition.Fixed end) {
            self[0].bound(end, settings.skewMarginMillis());
        }
        open.add(self[0]);
        if (!inTheMaking.isDefined(stream)) {
            fail(self[0]);
        }
        return self[0];
    }

    private void namespaceChanged(Namespace namespace) {
        open.stream()
                .filter(reader ->
                        reader.stream().namespace().equals(namespace) && !inTheMaking.isDefined(reader.stream()))
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
