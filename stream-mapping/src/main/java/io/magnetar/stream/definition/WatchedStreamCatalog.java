package io.magnetar.stream.definition;

import io.magnetar.stream.NamespaceStreams;
import io.magnetar.stream.StreamCatalog;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.tenancy.Namespace;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The streams that a {@link DefinitionSource} knows, followed as they change: a namespace is read again shortly after the
 * source says that it changed, and now and then in case a word was lost: those in use every {@value #LOOK_AGAIN_MILLIS} ms, and of
 * the others {@value #OTHERS_AT_A_TIME} each time.
 *
 * <p>A bad definition is refused alone. Before a stream is served it is written down with how many partitions it begins.
 *
 * <p>Thread: answers on any, from immutable snapshots; everything else runs on the executor, which must have one thread.
 */
public final class WatchedStreamCatalog implements StreamCatalog {
    private static final Logger LOG = LoggerFactory.getLogger(WatchedStreamCatalog.class);
    private static final long BURST_MILLIS = 50;
    private static final long LOOK_AGAIN_MILLIS = 30_000;
    private static final int OTHERS_AT_A_TIME = 64;
    private static final long FIRST_RETRY_MILLIS = 200;
    private static final long LONGEST_RETRY_MILLIS = 2_000;

    private final DefinitionSource source;
    private final ScheduledExecutorService executor;
    private final List<Consumer<Namespace>> listeners = new CopyOnWriteArrayList<>();
    private final Map<Namespace, NamespaceSnapshot> snapshots = new ConcurrentHashMap<>();
    private volatile boolean closed;

    private final ToIntFunction<Namespace> maxStreams;
    private final Map<Namespace, NamespaceTopics> known = new HashMap<>();
    private final Map<Namespace, CompletableFuture<Void>> looks = new HashMap<>();
    private final Set<Namespace> changed = new HashSet<>();
    private final Set<Namespace> inUse = new HashSet<>();
    /** The last of those that are not in use that was looked at again, by name. */
    private String lastOther = "";

    private boolean watching;
    private final Map<Namespace, Long> retryMillis = new HashMap<>();
    private final Set<Namespace> retrying = new HashSet<>();
    private boolean failing;

    /**
     * @param maxStreams how many a namespace may have now
     * @param executor has one thread
     */
    public WatchedStreamCatalog(
            DefinitionSource source, ToIntFunction<Namespace> maxStreams, ScheduledExecutorService executor) {
        this.source = source;
        this.maxStreams = maxStreams;
        this.executor = executor;
    }

    /** Reads all definitions, then follows them. Completes when the first reading is done; may be tried again. */
    public CompletableFuture<Void> start() {
        return CompletableFuture.completedFuture(null).thenComposeAsync(ignored -> watchAndLook(), executor);
    }

    private CompletableFuture<Void> watchAndLook() {
        if (!watching) {
            watching = true;
            source.onChange(namespace -> run(() -> changed(namespace)));
            later(this::lookAgain, LOOK_AGAIN_MILLIS);
        }
        return lookAtAll();
    }

    /** A namespace is used from now on. Completes when its streams are known as they are now. */
    public CompletableFuture<Void> use(Namespace namespace) {
        return CompletableFuture.completedFuture(null)
                .thenComposeAsync(
                        ignored -> {
                            inUse.add(namespace);
                            return look(namespace);
                        },
                        executor);
    }

    /** A namespace is used no longer. */
    public void release(Namespace namespace) {
        run(() -> inUse.remove(namespace));
    }

    /** A namespace may have another number of streams. */
    public void capChanged(Namespace namespace) {
        run(() -> {
            if (snapshots.containsKey(namespace)) {
                changed(namespace);
            }
        });
    }

    /** Stops following; the answers stay as they are. */
    public void close() {
        closed = true;
    }

    private void changed(Namespace namespace) {
        if (changed.add(namespace)) {
            later(
                    () -> {
                        changed.remove(namespace);
                        report(look(namespace));
                    },
                    BURST_MILLIS);
        }
    }

    private void lookAgain() {
        report(look(this::inUseAndSomeOthers)
                .whenCompleteAsync((done, failure) -> later(this::lookAgain, LOOK_AGAIN_MILLIS), executor));
    }

    private CompletableFuture<Void> lookAtAll() {
        return look(all -> all);
    }

    private Set<Namespace> inUseAndSomeOthers(Set<Namespace> all) {
        List<Namespace> others = all.stream()
                .filter(namespace -> !inUse.contains(namespace))
                .sorted(Comparator.comparing(Namespace::name))
                .toList();
        String last = lastOther;
        List<Namespace> some = Stream.concat(
                        others.stream().filter(other -> other.name().compareTo(last) > 0),
                        others.stream().filter(other -> other.name().compareTo(last) <= 0))
                .limit(OTHERS_AT_A_TIME)
                .toList();
        if (!some.isEmpty()) {
            lastOther = some.get(some.size() - 1).name();
        }
        Set<Namespace> chosen = new HashSet<>(inUse);
        chosen.addAll(some);
        return chosen;
    }

    /** @param choice some of all that there are */
    private CompletableFuture<Void> look(UnaryOperator<Set<Namespace>> choice) {
        return source.namespaces()
                .thenComposeAsync(
                        found -> {
                            Set<Namespace> all = new HashSet<>(found);
                            all.addAll(snapshots.keySet());
                            return CompletableFuture.allOf(
                                    choice.apply(all).stream().map(this::look).toArray(CompletableFuture[]::new));
                        },
                        executor);
    }

    /** Reads one namespace, after the reading of it that is under way: the later word wins. */
    private CompletableFuture<Void> look(Namespace namespace) {
        CompletableFuture<Void> before = looks.getOrDefault(namespace, CompletableFuture.completedFuture(null));
        CompletableFuture<Void> look = before.exceptionally(failure -> null)
                .thenCompose(done -> source.topics(namespace))
                .thenComposeAsync(topics -> pinned(namespace, topics), executor)
                .thenAcceptAsync(topics -> apply(namespace, topics), executor);
        looks.put(namespace, look);
        return look.whenCompleteAsync(
                (done, failure) -> {
                    looks.remove(namespace, look);
                    if (failure == null) {
                        retryMillis.remove(namespace);
                    } else {
                        tryAgain(namespace);
                    }
                },
                executor);
    }

    /** Soon, for a stream may be about to be served. */
    private void tryAgain(Namespace namespace) {
        if (retrying.add(namespace)) {
            long millis = retryMillis.getOrDefault(namespace, FIRST_RETRY_MILLIS);
            retryMillis.put(namespace, Math.min(2 * millis, LONGEST_RETRY_MILLIS));
            later(
                    () -> {
                        retrying.remove(namespace);
                        changed(namespace);
                    },
                    millis);
        }
    }

    /** The topics again when something had to be written down about some of them. */
    private CompletableFuture<List<StreamTopic>> pinned(Namespace namespace, List<StreamTopic> topics) {
        List<NamespaceTopics.Unpinned> unpinned = known(namespace).unpinned(topics);
        if (unpinned.isEmpty()) {
            return CompletableFuture.completedFuture(topics);
        }
        return CompletableFuture.allOf(unpinned.stream()
                        .map(one -> source.pin(one.topic(), one.partitions()))
                        .toArray(CompletableFuture[]::new))
                .exceptionally(failure -> {
                    LOG.warn("{}: the partitions of new streams cannot be written down now", namespace, failure);
                    return null;
                })
                .thenCompose(done -> source.topics(namespace));
    }

    private NamespaceTopics known(Namespace namespace) {
        return known.computeIfAbsent(namespace, key -> new NamespaceTopics(() -> maxStreams.applyAsInt(key)));
    }

    private void apply(Namespace namespace, List<StreamTopic> topics) {
        NamespaceSnapshot before = snapshots.getOrDefault(namespace, NamespaceSnapshot.EMPTY);
        NamespaceSnapshot now = known(namespace).snapshot(topics);
        if (topics.isEmpty()) {
            snapshots.remove(namespace);
            known.remove(namespace);
        } else {
            snapshots.put(namespace, now);
        }
        now.refused().stream()
                .filter(refusal -> !before.refused().contains(refusal))
                .forEach(refusal -> LOG.warn(
                        "Stream {} is not served as it is defined: {}", refusal.pulsarTopic(), refusal.reason()));
        if (!now.everything().equals(before.everything())) {
            LOG.info("Streams of namespace {}: {}", namespace, now.all());
            listeners.forEach(listener -> tell(listener, namespace));
        }
    }

    private static void tell(Consumer<Namespace> listener, Namespace namespace) {
        try {
            listener.accept(namespace);
        } catch (RuntimeException e) {
            LOG.error("A listener for changed streams failed", e);
        }
    }

    /** An operator hears of the first failed look, and of the first good one after it. */
    private void report(CompletableFuture<Void> look) {
        var unused = look.whenCompleteAsync(
                (done, failure) -> {
                    if (failure != null && !failing && !closed) {
                        LOG.warn(
                                "Stream definitions cannot be read now, the last known stay in force: {}",
                                failure.toString());
                    } else if (failure == null && failing) {
                        LOG.info("Stream definitions can be read again");
                    }
                    failing = failure != null;
                },
                executor);
    }

    private void later(Runnable task, long delayMillis) {
        run(() -> {
            var unused = executor.schedule(() -> run(task), delayMillis, TimeUnit.MILLISECONDS);
        });
    }

    private void run(Runnable task) {
        if (closed) {
            return;
        }
        try {
            executor.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("Streams are no longer followed: the executor has ended");
        }
    }

    @Override
    public NamespaceStreams of(Namespace namespace) {
        return snapshots.getOrDefault(namespace, NamespaceSnapshot.EMPTY);
    }

    @Override
    public void onChange(Consumer<Namespace> listener) {
        listeners.add(listener);
    }

    @Override
    public List<RefusedStream> refused() {
        return snapshots.values().stream()
                .flatMap(snapshot -> snapshot.refused().stream())
                .toList();
    }

    @Override
    public List<StreamDefinition> all() {
        return snapshots.values().stream()
                .flatMap(snapshot -> snapshot.all().stream())
                .toList();
    }
}
