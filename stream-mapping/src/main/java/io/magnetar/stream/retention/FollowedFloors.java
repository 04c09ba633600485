package io.magnetar.stream.retention;

import io.magnetar.stream.RetentionFloor;
import io.magnetar.stream.RetentionFloors;
import io.magnetar.stream.StreamCatalog;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.tenancy.Namespace;
import java.lang.ref.WeakReference;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The floors of the streams that are in use: each is looked at again every {@value #LOOK_MILLIS} ms for as long as somebody holds it.
 * What cannot be learned again stays as it was.
 *
 * <p>Thread: any.
 */
public final class FollowedFloors implements RetentionFloors {
    private static final Logger LOG = LoggerFactory.getLogger(FollowedFloors.class);
    private static final long LOOK_MILLIS = 1_000;
    private static final long TIMEOUT_MILLIS = 30_000;

    /** A stream, whatever its definition says now; one that was made in its place or has other partitions is another one. */
    private record Name(Namespace namespace, String name, int partitions, long createdAtMillis) {
        static Name of(StreamDefinition stream) {
            return new Name(
                    stream.namespace(),
                    stream.name(),
                    stream.partitions(),
                    stream.life().createdAtMillis());
        }
    }

    private final StreamCatalog catalog;
    private final RetentionPolicies policies;
    private final LastNumbers numbers;
    private final InstantSource clock;
    private final Map<Name, WeakReference<FollowedFloor>> followed = new ConcurrentHashMap<>();
    private final Set<Name> underWay = ConcurrentHashMap.newKeySet();

    /** @param timer looks again */
    public FollowedFloors(
            StreamCatalog catalog,
            RetentionPolicies policies,
            LastNumbers numbers,
            InstantSource clock,
            ScheduledExecutorService timer) {
        this.catalog = catalog;
        this.policies = policies;
        this.numbers = numbers;
        this.clock = clock;
        catalog.onChange(this::forgetGone);
        var unused = timer.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** What the catalog says of a stream now. */
    private Optional<StreamDefinition> current(Name name) {
        return catalog.of(name.namespace())
                .named(name.name())
                .filter(stream -> Name.of(stream).equals(name));
    }

    @Override
    public CompletableFuture<RetentionFloor> of(StreamDefinition stream) {
        WeakReference<FollowedFloor> held = followed.get(Name.of(stream));
        FollowedFloor known = held == null ? null : held.get();
        if (known != null) {
            return CompletableFuture.completedFuture(known);
        }
        FollowedFloor floor = new FollowedFloor(stream, numbers, clock);
        // What the stream says now counts, not what it said when whoever asks began.
        return learn(floor, current(Name.of(stream)).orElse(stream)).thenApply(done -> follow(stream, floor));
    }

    /** Of two who learn the floor at once one is followed. */
    private RetentionFloor follow(StreamDefinition stream, FollowedFloor learned) {
        FollowedFloor[] shared = {learned};
        followed.compute(Name.of(stream), (name, held) -> {
            FollowedFloor other = held == null ? null : held.get();
            if (other != null) {
                shared[0] = other;
                return held;
            }
            return new WeakReference<>(learned);
        });
        return shared[0];
    }

    private CompletableFuture<Void> learn(FollowedFloor floor, StreamDefinition stream) {
        return CompletableFuture.completedFuture(stream)
                .thenCompose(policies::of)
                .thenCompose(policy -> floor.update(policy, stream))
                .orTimeout(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** A stream that is made again under the name of one that is gone begins anew. */
    private void forgetGone(Namespace namespace) {
        followed.keySet()
                .removeIf(name ->
                        name.namespace().equals(namespace) && current(name).isEmpty());
    }

    private void look() {
        followed.forEach((name, held) -> {
            FollowedFloor floor = held.get();
            if (floor == null) {
                followed.remove(name, held);
            } else {
                current(name).ifPresent(stream -> look(name, floor, stream));
            }
        });
    }

    private void look(Name name, FollowedFloor floor, StreamDefinition stream) {
        if (underWay.add(name)) {
            var unused = learn(floor, stream).whenComplete((done, failure) -> {
                underWay.remove(name);
                if (failure != null) {
                    LOG.debug("{}: its retention cannot be read now", stream.pulsarTopic(), failure);
                }
            });
        }
    }
}
