package io.magnetar.tenancy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.pulsar.metadata.api.GetResult;
import org.apache.pulsar.metadata.api.MetadataStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The properties where the brokers of a Pulsar instance keep the policies of their namespaces: in the configuration metadata store,
 * {@code /admin/policies/mqtt/<tenant>}. They are read when a namespace is opened, then shortly after the store says that they changed,
 * and, in case a word was lost, of {@value #LOOKED_AT_AGAIN} open namespaces every {@value #LOOK_AGAIN_MILLIS} ms.
 *
 * <p>Where there is no such Pulsar namespace, nothing is set.
 *
 * <p>Thread: answers on any, from immutable snapshots; everything else runs on the executor, which must have one thread.
 */
public final class MetadataStoreProperties implements NamespaceProperties {
    private static final Logger LOG = LoggerFactory.getLogger(MetadataStoreProperties.class);
    private static final String ROOT = "/admin/policies/" + TenantProvisioner.OWN_TENANT + "/";
    private static final long LOOK_AGAIN_MILLIS = 10_000;
    private static final int LOOKED_AT_AGAIN = 64;
    private static final long FIRST_RETRY_MILLIS = 200;
    private static final long LONGEST_RETRY_MILLIS = 10_000;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final MetadataStore store;
    private final SortedMap<String, NamespaceProperty> known = new TreeMap<>();
    private final ScheduledExecutorService executor;
    private final List<Consumer<Namespace>> listeners = new CopyOnWriteArrayList<>();
    private final Map<Namespace, PropertySheet> sheets = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /** Those that are open; who was looked at last is the last one. */
    private final Set<Namespace> used = new LinkedHashSet<>();
    /** The reading of each that is under way. */
    private final Map<Namespace, CompletableFuture<Void>> looks = new HashMap<>();
    /** Those whose next look is planned. */
    private final Set<Namespace> planned = new LinkedHashSet<>();

    private final Map<Namespace, Long> retryMillis = new HashMap<>();

    /**
     * @param store the configuration metadata store
     * @param known the properties that there are
     * @param executor has one thread
     */
    public MetadataStoreProperties(
            MetadataStore store, Collection<NamespaceProperty> known, ScheduledExecutorService executor) {
        this.store = store;
        this.executor = executor;
        known.forEach(property -> this.known.put(property.name(), property));
        store.registerListener(notification ->
                namespaceAt(notification.getPath()).ifPresent(namespace -> run(() -> lookSoon(namespace, 0))));
        later(this::lookAgain, LOOK_AGAIN_MILLIS);
    }

    private static Optional<Namespace> namespaceAt(String path) {
        if (!path.startsWith(ROOT)) {
            return Optional.empty();
        }
        String name = path.substring(ROOT.length());
        return Namespace.isLegal(name) ? Optional.of(new Namespace(name)) : Optional.empty();
    }

    @Override
    public Map<String, String> of(Namespace namespace) {
        return sheets.getOrDefault(namespace, PropertySheet.EMPTY).inForce();
    }

    @Override
    public void onChange(Consumer<Namespace> listener) {
        listeners.add(listener);
    }

    /** A namespace is used from now on. Completes when its properties are known as they are now; fails when they cannot be read. */
    public CompletableFuture<Void> open(Namespace namespace) {
        return CompletableFuture.completedFuture(null)
                .thenComposeAsync(
                        ignored -> {
                            boolean first = used.add(namespace);
                            return look(namespace)
                                    .whenCompleteAsync(
                                            (done, failure) -> {
                                                if (failure != null && first) {
                                                    used.remove(namespace);
                                                }
                                            },
                                            executor);
                        },
                        executor);
    }

    /** A namespace is used no longer: nothing is known of it. */
    public void close(Namespace namespace) {
        run(() -> {
            used.remove(namespace);
            retryMillis.remove(namespace);
            if (sheets.remove(namespace) != null) {
                tell(namespace);
            }
        });
    }

    /** Stops following; the answers stay as they are. */
    public void close() {
        closed = true;
    }

    private void lookSoon(Namespace namespace, long delayMillis) {
        if (used.contains(namespace) && planned.add(namespace)) {
            later(
                    () -> {
                        planned.remove(namespace);
                        if (used.contains(namespace)) {
                            var unused = look(namespace)
                                    .whenCompleteAsync((done, failure) -> looked(namespace, failure), executor);
                        }
                    },
                    delayMillis);
        }
    }

    private void looked(Namespace namespace, @Nullable Throwable failure) {
        if (failure == null) {
            retryMillis.remove(namespace);
            return;
        }
        long millis = retryMillis.getOrDefault(namespace, FIRST_RETRY_MILLIS);
        if (retryMillis.put(namespace, Math.min(2 * millis, LONGEST_RETRY_MILLIS)) == null) {
            LOG.warn(
                    "The properties of Pulsar namespace {}/{} cannot be read now, the last known stay in force: {}",
                    TenantProvisioner.OWN_TENANT,
                    namespace,
                    failure.toString());
        }
        lookSoon(namespace, millis);
    }

    private void lookAgain() {
        Iterator<Namespace> all = List.copyOf(used).iterator();
        for (int i = 0; i < LOOKED_AT_AGAIN && all.hasNext(); i++) {
            Namespace next = all.next();
            used.remove(next);
            used.add(next);
            lookSoon(next, 0);
        }
        later(this::lookAgain, LOOK_AGAIN_MILLIS);
    }

    /** Reads those of one namespace, after the reading that is under way: the later word wins. */
    private CompletableFuture<Void> look(Namespace namespace) {
        CompletableFuture<Void> before = looks.getOrDefault(namespace, CompletableFuture.completedFuture(null));
        CompletableFuture<Void> look = before.exceptionally(failure -> null)
                .thenCompose(done -> store.get(ROOT + namespace.name()))
                .thenAcceptAsync(found -> apply(namespace, found), executor);
        looks.put(namespace, look);
        return look.whenCompleteAsync((done, failure) -> looks.remove(namespace, look), executor);
    }

    private void apply(Namespace namespace, Optional<GetResult> found) {
        if (!used.contains(namespace)) {
            return;
        }
        PropertySheet before = sheets.getOrDefault(namespace, PropertySheet.EMPTY);
        PropertySheet.Next next = before.next(properties(namespace, found), known);
        next.problems()
                .forEach(problem ->
                        LOG.warn("Pulsar namespace {}/{}: {}", TenantProvisioner.OWN_TENANT, namespace, problem));
        if (next.sheet().equals(before)) {
            return;
        }
        if (next.sheet().written().isEmpty()) {
            sheets.remove(namespace);
        } else {
            sheets.put(namespace, next.sheet());
        }
        LOG.info(
                "Properties of namespace {}: {}",
                namespace,
                next.sheet().inForce().keySet().stream().sorted().toList());
        tell(namespace);
    }

    /** Nothing where there is no such Pulsar namespace. */
    private static Map<String, String> properties(Namespace namespace, Optional<GetResult> found) {
        Map<String, String> properties = new HashMap<>();
        found.ifPresent(node -> json(namespace, node.getValue())
                .path("properties")
                .fields()
                .forEachRemaining(
                        field -> properties.put(field.getKey(), field.getValue().asText())));
        return properties;
    }

    /** @throws IllegalStateException when the policies of the Pulsar namespace are none: what was known stays in force */
    private static JsonNode json(Namespace namespace, byte[] bytes) {
        try {
            return JSON.readTree(bytes);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "the policies of " + TenantProvisioner.OWN_TENANT + "/" + namespace + " cannot be read", e);
        }
    }

    private void tell(Namespace namespace) {
        for (Consumer<Namespace> listener : listeners) {
            try {
                listener.accept(namespace);
            } catch (RuntimeException e) {
                LOG.error("A listener for changed properties failed", e);
            }
        }
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
            LOG.debug("Properties are no longer followed: the executor has ended");
        }
    }
}
