package io.magnetar.mqtt.deletion;

import io.magnetar.mqtt.flow.Failures;
import io.magnetar.tenancy.DeletionMarks;
import io.magnetar.tenancy.DeletionMarks.Mark;
import io.magnetar.tenancy.Namespace;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The deletions that this broker does.
 *
 * <pre>
 *   asked for --marked for all brokers--> step --> step --> ... --> the mark is taken away
 *                                          | fails, or the broker dies: all steps again, later
 *                                          | another broker was asked as well: that one goes on, this one does not
 * </pre>
 *
 * What a step has deleted before is not there to be deleted again, so it passes quickly.
 *
 * <p>Thread: any; never blocks.
 */
public final class NamespaceDeletions {
    private static final Logger LOG = LoggerFactory.getLogger(NamespaceDeletions.class);

    private final String broker;
    private final DeletionMarks marks;
    private final List<DeletionStep> steps;
    private final DeletionStep tenant;
    private final InstantSource clock;
    private final Map<Namespace, CompletableFuture<Void>> underWay = new ConcurrentHashMap<>();
    private final Map<Namespace, Progress> progress = new ConcurrentHashMap<>();

    /**
     * @param broker the name of this one
     * @param steps in their order
     * @param tenant the last one, where the tenant is to be deleted too
     */
    public NamespaceDeletions(
            String broker, DeletionMarks marks, List<DeletionStep> steps, DeletionStep tenant, InstantSource clock) {
        this.broker = broker;
        this.marks = marks;
        this.steps = List.copyOf(steps);
        this.tenant = tenant;
        this.clock = clock;
    }

    /**
     * How far one is.
     *
     * @param step what is being deleted
     * @param problem why it stands still, or null
     */
    public record Progress(String step, @Nullable String problem) {}

    /** The mark of a namespace that is being deleted, as far as is known here. */
    public Optional<Mark> mark(Namespace namespace) {
        return marks.of(namespace);
    }

    /** The mark of a namespace as there is one now; fails when that cannot be found out. */
    public CompletableFuture<Optional<Mark>> look(Namespace namespace) {
        return marks.read().thenApply(all -> Optional.ofNullable(all.get(namespace)));
    }

    /** How far the deletion of a namespace is that this broker does. */
    public Optional<Progress> progress(Namespace namespace) {
        return Optional.ofNullable(progress.get(namespace));
    }

    /**
     * Deletes a namespace, or goes on with it in the place of a broker that has begun.
     *
     * @return completes when all of it is done; fails when a step fails, which is then tried again later
     */
    public CompletableFuture<Void> delete(Namespace namespace, boolean withTenant) {
        return marks.read().thenCompose(all -> {
            Mark before = all.get(namespace);
            boolean tenantToo = withTenant || (before != null && before.withTenant());
            long since = before == null ? clock.millis() : before.sinceMillis();
            Mark mark = new Mark(broker, tenantToo, since);
            return marks.mark(namespace, mark).thenCompose(marked -> run(namespace, mark));
        });
    }

    /** Goes on with those that this broker has begun; to be called when it starts, and now and then. */
    public void goOn() {
        marks.known().forEach((namespace, mark) -> {
            if (mark.broker().equals(broker)) {
                var unused = run(namespace, mark).exceptionally(failure -> null);
            }
        });
    }

    private CompletableFuture<Void> run(Namespace namespace, Mark mark) {
        CompletableFuture<Void> promise = new CompletableFuture<>();
        CompletableFuture<Void> before = underWay.putIfAbsent(namespace, promise);
        if (before != null) {
            return before;
        }
        LOG.info("Deletes namespace {}", namespace);
        CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
        for (DeletionStep step : stepsOf(mark)) {
            all = all.thenCompose(done -> whileItIsOurs(namespace)).thenCompose(ours -> {
                progress.put(namespace, new Progress(step.what(), null));
                return step.action().apply(namespace);
            });
        }
        var unused = all.thenCompose(done -> whileItIsOurs(namespace))
                .thenCompose(ours -> marks.unmark(namespace))
                .whenComplete((done, failure) -> {
                    settle(namespace, failure);
                    underWay.remove(namespace, promise);
                    if (failure == null) {
                        promise.complete(null);
                    } else {
                        promise.completeExceptionally(failure);
                    }
                });
        return promise;
    }

    /** Fails when another broker has been asked to go on: when that is done, the name may be another tenant's. */
    private CompletableFuture<Void> whileItIsOurs(Namespace namespace) {
        return marks.read().thenAccept(all -> {
            Mark mark = all.get(namespace);
            if (mark == null || !mark.broker().equals(broker)) {
                throw new IllegalStateException(
                        "another broker was asked to delete the namespace, and goes on with it");
            }
        });
    }

    private List<DeletionStep> stepsOf(Mark mark) {
        List<DeletionStep> all = new ArrayList<>(steps);
        if (mark.withTenant()) {
            all.add(tenant);
        }
        return all;
    }

    private void settle(Namespace namespace, @Nullable Throwable failure) {
        if (failure == null) {
            progress.remove(namespace);
            LOG.info("Namespace {} is deleted", namespace);
            return;
        }
        Throwable cause = Objects.requireNonNullElse(Failures.cause(failure), failure);
        String step = progress(namespace).map(Progress::step).orElse("");
        progress.put(namespace, new Progress(step, String.valueOf(cause.getMessage())));
        LOG.warn(
                "The deletion of namespace {} stands still at {}, it is tried again: {}",
                namespace,
                step,
                cause.toString());
    }
}
