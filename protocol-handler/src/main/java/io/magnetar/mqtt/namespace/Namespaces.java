package io.magnetar.mqtt.namespace;

import io.magnetar.mqtt.flow.Failures;
import io.magnetar.mqtt.namespace.Tenants.Standing;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.tenancy.Namespace;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The namespaces that this broker serves now: each is opened with its first client, or with the first of its recorded sessions when the
 * broker starts.
 *
 * <pre>
 *   closed --first client--> opening: is there such a tenant? --yes, or made now--> prepared --> open
 *     ^                        | no: refused                                                      |
 *     +------------------------+------------------- the tenant is deleted ------------------------+
 * </pre>
 *
 * Whoever is not sure that a tenant is there serves nobody in it: while the metadata store does not answer no namespace is opened. One
 * that is open costs a CONNECT no question.
 *
 * <p>Thread: any; never blocks.
 */
public final class Namespaces {
    private static final Logger LOG = LoggerFactory.getLogger(Namespaces.class);
    /** When thousands of namespaces have clients that come at once. */
    private static final int OPENED_AT_ONCE = 16;
    /** One that takes longer keeps no others waiting. */
    private static final long COUNTED_MILLIS = 10_000;

    private static final int MAX_WAITING = 65_536;

    private static final int LOOKED_AT_AGAIN = 64;

    private static final long ANSWER_MILLIS = 5_000;
    private static final long PREPARED_MILLIS = 30_000;
    static final long MISSING_MILLIS = 1_000;
    private static final long STUCK_MILLIS = 30_000;
    private static final long WARN_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final NamespaceSettings settings;
    private final Tenants tenants;
    private final Function<Namespace, CompletableFuture<Void>> preparation;
    private final LongSupplier nanoTime;
    private final Set<Namespace> open = ConcurrentHashMap.newKeySet();
    private final Map<Namespace, CompletableFuture<Void>> opening = new ConcurrentHashMap<>();
    /** Names that no tenant had: until the metadata store says another thing, or time ends it. */
    private final RecentNames missing;
    /** Those that were not prepared in time. */
    private final RecentNames stuck;

    private final Turnstile turnstile = new Turnstile(OPENED_AT_ONCE, COUNTED_MILLIS);
    private final List<Consumer<Namespace>> closedListeners = new CopyOnWriteArrayList<>();
    /** Those that are open, and those that are on the way to it and have a tenant. */
    private final AtomicInteger places = new AtomicInteger();
    /** Those who wait for one to be opened. */
    private final AtomicInteger waiting = new AtomicInteger();

    private final AtomicLong nextWarning;
    /** The last one that was looked at again. */
    private volatile String lastLookedAt = "";

    /**
     * @param preparation makes what a namespace needs before clients may be in it; may be called again for one that is prepared
     * @param nanoTime the time that rises
     */
    public Namespaces(
            NamespaceSettings settings,
            Tenants tenants,
            Function<Namespace, CompletableFuture<Void>> preparation,
            LongSupplier nanoTime) {
        this.settings = settings;
        this.tenants = tenants;
        this.preparation = preparation;
        this.nanoTime = nanoTime;
        this.missing = new RecentNames(MISSING_MILLIS, nanoTime);
        this.stuck = new RecentNames(STUCK_MILLIS, nanoTime);
        this.nextWarning = new AtomicLong(nanoTime.getAsLong());
        tenants.onChange(new Tenants.Listener() {
            @Override
            public void changed(Namespace namespace) {
                missing.forget(namespace);
            }

            @Override
            public void deleted(Namespace namespace) {
                afterOpening(namespace, () -> close(namespace));
            }
        });
    }

    /** Calls {@code listener} after a namespace has been closed, for its tenant was deleted. */
    public void onClosed(Consumer<Namespace> listener) {
        closedListeners.add(listener);
    }

    public boolean isOpen(Namespace namespace) {
        return open.contains(namespace);
    }

    /** How many there are. */
    public int size() {
        return open.size();
    }

    /**
     * Opens a namespace for a client, and makes its tenant where that is done.
     *
     * @return completes on any thread; fails with a {@link NamespaceRefusedException}, or because Pulsar cannot be asked now
     */
    public CompletableFuture<Void> open(Namespace namespace) {
        if (!isOpen(namespace) && stuck.has(namespace)) {
            return CompletableFuture.failedFuture(new IllegalStateException("it was not prepared in time just now"));
        }
        if (waiting.incrementAndGet() > MAX_WAITING) {
            waiting.decrementAndGet();
            return CompletableFuture.failedFuture(
                    new IllegalStateException("more than " + MAX_WAITING + " wait for namespaces"));
        }
        return open(namespace, settings.creation().automatic(), settings.maxOpen())
                .whenComplete((done, failure) -> waiting.decrementAndGet());
    }

    /**
     * The same for sessions of a broker before this one: nothing is made for them, they are not too many, and it is tried even where
     * clients are refused for a while.
     */
    public CompletableFuture<Void> reopen(Namespace namespace) {
        return open(namespace, false, Integer.MAX_VALUE);
    }

    private CompletableFuture<Void> open(Namespace namespace, boolean mayCreate, int most) {
        if (open.contains(namespace)) {
            return CompletableFuture.completedFuture(null);
        }
        if (!settings.isServed(namespace)) {
            return CompletableFuture.failedFuture(NamespaceRefusedException.refused(
                    ReasonCode.NOT_AUTHORIZED, "the namespace '" + namespace + "' is not served here"));
        }
        if (missing.has(namespace)) {
            return CompletableFuture.failedFuture(missing(namespace));
        }
        CompletableFuture<Void> promise = new CompletableFuture<>();
        CompletableFuture<Void> underWay = opening.putIfAbsent(namespace, promise);
        if (underWay != null) {
            return underWay;
        }
        var unused = turnstile
                .pass(() -> lookAndPrepare(namespace, mayCreate, most))
                .whenComplete((done, failure) -> settle(namespace, promise, failure));
        return promise;
    }

    private static NamespaceRefusedException missing(Namespace namespace) {
        return NamespaceRefusedException.missing("there is no tenant '" + namespace + "'");
    }

    private CompletableFuture<Void> lookAndPrepare(Namespace namespace, boolean mayCreate, int most) {
        return standing(namespace).thenCompose(standing -> {
            if (standing == Standing.BEING_DELETED) {
                return CompletableFuture.failedFuture(
                        NamespaceRefusedException.missing("the namespace '" + namespace + "' is being deleted"));
            }
            boolean there = standing == Standing.THERE;
            if (!there && !mayCreate) {
                missing.add(namespace);
                return CompletableFuture.failedFuture(missing(namespace));
            }
            if (places.incrementAndGet() > most) {
                places.decrementAndGet();
                return CompletableFuture.failedFuture(NamespaceRefusedException.refused(
                        ReasonCode.QUOTA_EXCEEDED, "the broker serves at most " + most + " namespaces"));
            }
            return (there ? CompletableFuture.<Void>completedFuture(null) : create(namespace))
                    .thenCompose(made -> preparation.apply(namespace))
                    .orTimeout(PREPARED_MILLIS, TimeUnit.MILLISECONDS)
                    .whenComplete((prepared, failure) -> {
                        if (failure != null) {
                            places.decrementAndGet();
                        }
                        if (Failures.cause(failure) instanceof TimeoutException) {
                            stuck.add(namespace);
                        }
                    });
        });
    }

    private CompletableFuture<Void> create(Namespace namespace) {
        LOG.info("Makes tenant {} for its first client", namespace);
        return tenants.create(namespace);
    }

    private CompletableFuture<Standing> standing(Namespace namespace) {
        return tenants.standing(namespace).orTimeout(ANSWER_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void settle(Namespace namespace, CompletableFuture<Void> promise, @Nullable Throwable failure) {
        if (failure == null) {
            open.add(namespace);
        }
        opening.remove(namespace, promise);
        if (failure == null) {
            stuck.forget(namespace);
            LOG.info("Namespace {} is open", namespace);
            promise.complete(null);
            return;
        }
        Throwable cause = Objects.requireNonNullElse(Failures.cause(failure), failure);
        if (!(cause instanceof NamespaceRefusedException)) {
            warn("Namespace {} cannot be opened now, its clients are refused: {}", namespace, cause);
        }
        promise.completeExceptionally(cause);
    }

    private void warn(String text, Namespace namespace, Throwable cause) {
        long now = nanoTime.getAsLong();
        long next = nextWarning.get();
        if (now - next >= 0 && nextWarning.compareAndSet(next, now + WARN_AGAIN_NANOS)) {
            LOG.warn(text, namespace, cause.toString());
        }
    }

    /**
     * Looks whether the tenants of the next {@value #LOOKED_AT_AGAIN} open namespaces are still there, by name, in case a word was lost;
     * to be called now and then.
     */
    public void lookAgain() {
        String last = lastLookedAt;
        List<Namespace> all =
                open.stream().sorted(Comparator.comparing(Namespace::name)).toList();
        List<Namespace> some = Stream.concat(
                        all.stream().filter(one -> one.name().compareTo(last) > 0),
                        all.stream().filter(one -> one.name().compareTo(last) <= 0))
                .limit(LOOKED_AT_AGAIN)
                .toList();
        if (!some.isEmpty()) {
            lastLookedAt = some.get(some.size() - 1).name();
            some.forEach(this::closeUnlessThere);
        }
    }

    private void afterOpening(Namespace namespace, Runnable task) {
        var unused = opening.getOrDefault(namespace, CompletableFuture.<Void>completedFuture(null))
                .exceptionally(failure -> null)
                .thenRun(task);
    }

    private void closeUnlessThere(Namespace namespace) {
        var unused = standing(namespace).whenComplete((standing, failure) -> {
            if (failure != null) {
                warn("Whether tenant {} is still there cannot be found out now: {}", namespace, failure);
            } else if (standing != Standing.THERE) {
                close(namespace);
            }
        });
    }

    /** Nobody opens it again before all have forgotten what there was. */
    private void close(Namespace namespace) {
        CompletableFuture<Void> closing = new CompletableFuture<>();
        if (!open.contains(namespace) || opening.putIfAbsent(namespace, closing) != null) {
            return;
        }
        try {
            if (open.remove(namespace)) {
                places.decrementAndGet();
                LOG.info("Namespace {} is closed: its tenant was deleted, or it is being deleted", namespace);
                closedListeners.forEach(listener -> listener.accept(namespace));
            }
        } finally {
            opening.remove(namespace, closing);
            closing.completeExceptionally(new IllegalStateException("the namespace was being closed"));
        }
    }
}
