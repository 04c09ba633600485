package io.magnetar.stream.backfill;

import io.magnetar.stream.NamespaceStreams;
import io.magnetar.stream.StreamBackfill;
import io.magnetar.stream.StreamCatalog;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamDefinition.Life;
import io.magnetar.stream.layout.MessageDecoder;
import io.magnetar.stream.read.PartitionCursor;
import io.magnetar.stream.turn.TurnThreads;
import io.magnetar.tenancy.Namespace;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.pulsar.client.admin.Topics;
import org.apache.pulsar.client.api.ConsumerCryptoFailureAction;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.Reader;

/**
 * Fills streams with the Pulsar client: readers over the source's partitions, producers for the target's.
 *
 * <p>Thread: any.
 */
public final class PulsarBackfills implements StreamBackfill {
    private static final int MAX_UNDER_WAY = 2;
    private static final int MAX_REMEMBERED = 100;
    private static final int PREFETCH_MESSAGES = 500;
    private static final long TICK_MILLIS = 200;
    private static final long LOOK_MILLIS = 1_000;
    private static final long OPEN_SECONDS = 60;

    private record Target(Namespace namespace, String name) {}

    /** Both are still as they were: what is copied depends on it. */
    private record Known(StreamCatalog catalog, StreamDefinition source, StreamDefinition target)
            implements BackfillJob.Definitions {
        @Override
        public Optional<String> obstacle() {
            boolean sourceKeeps = catalog.of(source.namespace())
                    .named(source.name())
                    .filter(now -> now.isSameAs(source) && now.filter().covers(target.filter()))
                    .isPresent();
            if (!sourceKeeps) {
                return Optional.of(
                        "the stream '" + source.name() + "' is gone, or no longer covers " + target.filter());
            }
            boolean targetIsAsItWas = now().filter(now -> now.filter().equals(target.filter())
                            && now.key().toString().equals(target.key().toString())
                            && now.orderBuckets() == target.orderBuckets())
                    .isPresent();
            return targetIsAsItWas ? Optional.empty() : Optional.of("the stream is gone, or was altered");
        }

        private Optional<StreamDefinition> now() {
            NamespaceStreams streams = catalog.of(target.namespace());
            return streams.filling(target.name())
                    .or(() -> streams.named(target.name()))
                    .filter(now -> now.isSameAs(target));
        }

        @Override
        public Optional<Life> marked() {
            return now().map(StreamDefinition::life);
        }
    }

    private final PulsarClient client;
    private final BackfillMarks marks;
    private final JoinWatch watch;
    private final StreamCatalog catalog;
    private final InstantSource clock;
    private final ExecutorService executor = TurnThreads.named("magnetar-backfill-", 1);
    private final Map<Target, BackfillJob> jobs = new ConcurrentHashMap<>();
    private final AtomicInteger underWay = new AtomicInteger();

    /** @param timer looks now and then how far the jobs are */
    public PulsarBackfills(
            PulsarClient client,
            Topics topics,
            StreamCatalog catalog,
            InstantSource clock,
            ScheduledExecutorService timer) {
        this.client = client;
        this.marks = new PulsarBackfillMarks(topics);
        this.catalog = catalog;
        this.watch = new JoinWatch(catalog, marks, clock);
        this.clock = clock;
        catalog.onChange(watch::look);
        var unusedLooks =
                timer.scheduleWithFixedDelay(watch::lookAgain, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        var unused = timer.scheduleWithFixedDelay(
                () -> jobs.values().forEach(BackfillJob::take), TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public Optional<String> begin(StreamDefinition source, StreamDefinition target) {
        if (underWay.incrementAndGet() > MAX_UNDER_WAY) {
            underWay.decrementAndGet();
            return Optional.of("the broker fills " + MAX_UNDER_WAY + " streams at a time: try again when one is done");
        }
        BackfillJob job = new BackfillJob(
                source,
                target,
                new Known(catalog, source, target),
                marks,
                watch,
                clock,
                executor,
                underWay::decrementAndGet);
        remember(new Target(target.namespace(), target.name()), job);
        open(job, source, target);
        return Optional.empty();
    }

    private void remember(Target target, BackfillJob job) {
        jobs.values().removeIf(known -> jobs.size() > MAX_REMEMBERED && known.hasEnded());
        BackfillJob before = jobs.put(target, job);
        if (before != null) {
            before.take(() -> before.fail("another stream of its name is filled"));
        }
    }

    private void open(BackfillJob job, StreamDefinition source, StreamDefinition target) {
        List<CompletableFuture<Reader<byte[]>>> readers = IntStream.range(0, source.partitions())
                .mapToObj(partition -> reader(source.pulsarTopic(partition)))
                .toList();
        CompletableFuture<FilledPartitions> writers = FilledPartitions.open(client, target, job::take);
        var unused = CompletableFuture.allOf(readers.toArray(CompletableFuture[]::new))
                .thenCombine(writers, (opened, writing) -> writing)
                .orTimeout(OPEN_SECONDS, TimeUnit.SECONDS)
                .whenComplete((writing, failure) -> {
                    if (failure == null) {
                        MergedPartitions reading = merged(job, source, target, readers);
                        job.take(() -> job.opened(reading, writing));
                    } else {
                        readers.forEach(reader -> {
                            var unusedReader =
                                    reader.thenCompose(Reader::closeAsync).exceptionally(ignored -> null);
                        });
                        var unusedWriters =
                                writers.thenAccept(FilledPartitions::close).exceptionally(ignored -> null);
                        job.take(() -> job.fail("the streams cannot be opened: " + failure));
                    }
                });
    }

    private CompletableFuture<Reader<byte[]>> reader(String pulsarTopic) {
        return client.newReader()
                .topic(pulsarTopic)
                .startMessageId(MessageId.earliest)
                .subscriptionRolePrefix("magnetar-backfill")
                .receiverQueueSize(PREFETCH_MESSAGES)
                .cryptoFailureAction(ConsumerCryptoFailureAction.CONSUME)
                .createAsync();
    }

    private static MergedPartitions merged(
            BackfillJob job,
            StreamDefinition source,
            StreamDefinition target,
            List<CompletableFuture<Reader<byte[]>>> readers) {
        MessageDecoder decoder = new MessageDecoder(source.namespace(), source.filter());
        return new MergedPartitions(readers.stream()
                .map(reader -> new MergedPartition(
                        new PartitionCursor(Objects.requireNonNull(reader.getNow(null))),
                        decoder,
                        target.filter(),
                        job::take))
                .toList());
    }

    @Override
    public Optional<Progress> progress(Namespace namespace, String target) {
        return Optional.ofNullable(jobs.get(new Target(namespace, target))).map(BackfillJob::progress);
    }

    /** Ends all jobs: the streams that they fill are not served. */
    public void close() {
        jobs.values().forEach(job -> job.take(() -> job.fail("the broker is stopping")));
        executor.shutdown();
    }
}
