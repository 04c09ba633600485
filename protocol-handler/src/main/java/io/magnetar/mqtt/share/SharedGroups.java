package io.magnetar.mqtt.share;

import io.magnetar.mqtt.clock.BrokerClock;
import io.magnetar.mqtt.counters.Counters;
import io.magnetar.mqtt.flow.SessionLimits;
import io.magnetar.mqtt.queue.GroupQueue;
import io.magnetar.mqtt.queue.NamespaceQueue;
import io.magnetar.mqtt.record.GroupRecord;
import io.magnetar.mqtt.record.LentRecord;
import io.magnetar.mqtt.routing.RoutingTable;
import io.magnetar.tenancy.Namespace;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The shared subscriptions of a broker that have a member, connected or durable.
 *
 * <pre>
 *   none --a client joins--> live --a durable session subscribes--> opening --recorded--> kept
 *     ^                       | the last one leaves                                        | the last durable member has gone,
 *     +-----------------------+------------------------------------------------------------+ and the last connected one
 * </pre>
 *
 * The step to kept: where the log ends now is recorded as the group's begin; then one change of the routing table lets every
 * later match send QoS 1 and 2 to the log and no longer to the members. A match decides either way, so no message is lost; what
 * earlier matches sent live is told from its receive time where the log has it for others, too.
 *
 * <p>Thread: any. All that changes who belongs to one group excludes each other.
 */
public final class SharedGroups {
    private record Key(Namespace namespace, SharedFilter filter) {}

    private final Map<Key, SharedGroup> groups = new ConcurrentHashMap<>();
    private final SharedStrategies strategies;
    private final SessionLimits limits;
    private final BrokerClock clock;
    private final Counters counters;
    private final @Nullable KeptSettings kept;
    private final StoppedGroups stopped;
    /** What is done with the records of a group, one after the other: the last of it. */
    private final Map<Key, CompletableFuture<Void>> recordChanges = new ConcurrentHashMap<>();
    /** Groups with a durable member. */
    private final AtomicInteger keptCount = new AtomicInteger();

    /** There are as many groups with durable members as there may be. */
    public static final class LimitException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        LimitException(int limit) {
            super("the broker keeps at most " + limit + " groups with durable members", null, false, false);
        }
    }

    /**
     * @param limits what may wait for a client may also wait in a group
     * @param kept what groups with durable members work with; null when there are none
     */
    public SharedGroups(
            SharedStrategies strategies,
            SessionLimits limits,
            BrokerClock clock,
            Counters counters,
            @Nullable KeptSettings kept) {
        this.strategies = strategies;
        this.limits = limits;
        this.clock = clock;
        this.counters = counters;
        this.kept = kept;
        this.stopped = new StoppedGroups(clock, counters);
    }

    SharedGroup join(RoutingTable routing, SharedFilter filter, Member member) {
        routing.joined();
        return groups.compute(new Key(routing.namespace(), filter), (key, known) -> {
            SharedGroup group = known == null ? newGroup(filter) : known;
            if (group.join(member) || known == null) {
                route(routing, filter, group);
            }
            return group;
        });
    }

    private SharedGroup newGroup(SharedFilter filter) {
        return new SharedGroup(
                strategies.of(filter.group()), limits.maxQueuedMessages(), limits.maxQueuedBytes(), clock, counters);
    }

    private static void route(RoutingTable routing, SharedFilter filter, SharedGroup group) {
        routing.share(filter.filter(), filter.group(), group);
    }

    void leave(RoutingTable routing, SharedFilter filter, Member member) {
        routing.left();
        groups.computeIfPresent(new Key(routing.namespace(), filter), (key, group) -> {
            group.leave(member);
            return unlessEnded(routing, key, group);
        });
    }

    private @Nullable SharedGroup unlessEnded(RoutingTable routing, Key key, SharedGroup group) {
        if (group.isNeeded()) {
            return group;
        }
        routing.unshare(key.filter().filter(), key.filter().group());
        end(key, group);
        return null;
    }

    private void end(Key key, SharedGroup group) {
        group.end();
        KeptGroup ending = group.kept();
        if (ending != null) {
            var unused = afterOthers(key, () -> {
                ending.close();
                return CompletableFuture.completedFuture(null);
            });
        }
    }

    /**
     * A durable session subscribes at QoS 1 or 2: the group is kept from now on.
     *
     * @return completes when that is recorded, on any thread; fails with a {@link LimitException} when there may be no more
     */
    public CompletableFuture<Void> keep(RoutingTable routing, SharedFilter filter, String clientId) {
        KeptSettings settings = Objects.requireNonNull(kept, "groups are kept here");
        CompletableFuture<Void> promise = new CompletableFuture<>();
        AtomicBoolean isFirst = new AtomicBoolean();
        SharedGroup group = groups.compute(new Key(routing.namespace(), filter), (key, known) -> {
            boolean isNew = known == null || known.keepers().isEmpty();
            if (isNew && keptCount.incrementAndGet() > settings.maxGroups()) {
                keptCount.decrementAndGet();
                return known;
            }
            SharedGroup used = known == null ? newGroup(filter) : known;
            if (known == null) {
                route(routing, filter, used);
            }
            used.keepers().add(clientId);
            CompletableFuture<Void> keeping = used.keeping();
            if (keeping == null || keeping.isCompletedExceptionally()) {
                used.keeping(promise);
                isFirst.set(true);
            }
            return used;
        });
        CompletableFuture<Void> keeping = group == null ? null : group.keeping();
        if (group == null || keeping == null) {
            return CompletableFuture.failedFuture(new LimitException(settings.maxGroups()));
        }
        if (isFirst.get()) {
            Key key = new Key(routing.namespace(), filter);
            var unused = afterOthers(key, () -> begin(settings, routing, filter))
                    .whenComplete((done, failure) -> {
                        if (failure == null) {
                            promise.complete(null);
                        } else {
                            promise.completeExceptionally(failure);
                        }
                    });
        }
        return keeping;
    }

    /** So no record is overtaken by an earlier one of the group, or by its deletion. */
    private CompletableFuture<Void> afterOthers(Key key, Supplier<CompletableFuture<Void>> change) {
        CompletableFuture<Void> changed = new CompletableFuture<>();
        CompletableFuture<Void> others = recordChanges.put(key, changed);
        var unused = (others == null ? CompletableFuture.<Void>completedFuture(null) : others)
                .handle((done, failure) -> null)
                .thenCompose(done -> change.get())
                .whenComplete((done, failure) -> {
                    recordChanges.remove(key, changed);
                    if (failure == null) {
                        changed.complete(null);
                    } else {
                        changed.completeExceptionally(failure);
                    }
                });
        return changed;
    }

    private CompletableFuture<Void> begin(KeptSettings settings, RoutingTable routing, SharedFilter filter) {
        KeptGroup existing = kept(routing.namespace(), filter);
        if (existing != null) {
            return existing.record();
        }
        return settings.queues()
                .of(routing.namespace())
                .thenCompose(log -> log.ends().thenCompose(ends -> {
                    GroupRecord begin =
                            new GroupRecord(clock.millis(), 0, GroupQueue.beginning(log, filter.filter(), ends));
                    KeptGroup opened = open(settings, routing, filter, log, begin);
                    return opened.record()
                            .<@Nullable Throwable>handle((saved, failure) -> failure)
                            .thenCompose(failure -> opened(routing, filter, opened, failure));
                }));
    }

    private KeptGroup open(
            KeptSettings settings, RoutingTable routing, SharedFilter filter, NamespaceQueue log, GroupRecord from) {
        return new KeptGroup(
                routing.namespace(),
                filter,
                strategies.of(filter.group()),
                log,
                from,
                new KeptGroup.Around(settings, clock, counters, stopped));
    }

    /** The record of a group that becomes a kept one is in the log, or is not. */
    private CompletableFuture<Void> opened(
            RoutingTable routing, SharedFilter filter, KeptGroup opened, @Nullable Throwable failure) {
        SharedGroup now = groups.computeIfPresent(new Key(routing.namespace(), filter), (key, group) -> {
            if (failure == null && !group.keepers().isEmpty()) {
                var unused = routing.handOver(() -> {
                    long liveUntilMicros = clock.nextMicros();
                    opened.passOver(liveUntilMicros);
                    group.keep(opened);
                    route(routing, filter, group);
                    return liveUntilMicros;
                });
            }
            return group;
        });
        if (now != null && opened.equals(now.kept())) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> forgotten = opened.forget();
        opened.close();
        return forgotten.thenCompose(done -> CompletableFuture.failedFuture(
                failure == null ? new IllegalStateException("nobody wants the group any more") : failure));
    }

    /** A durable session subscribes no longer, or has ended. */
    public void release(RoutingTable routing, SharedFilter filter, String clientId) {
        groups.computeIfPresent(new Key(routing.namespace(), filter), (key, group) -> {
            if (group.keepers().remove(clientId) && group.keepers().isEmpty()) {
                keptCount.decrementAndGet();
                group.keeping(null);
                KeptGroup forgotten = group.kept();
                if (forgotten != null) {
                    var unused = afterOthers(key, forgotten::forget);
                }
            }
            return unlessEnded(routing, key, group);
        });
    }

    /**
     * Takes up a group of a broker before this one, before any client is served.
     *
     * @param resumed how far it had come; null when nothing is recorded, so that it begins now
     * @param isRecorded whether the log has it so
     * @param clientIds its durable members
     */
    public CompletableFuture<Void> restore(
            RoutingTable routing,
            SharedFilter filter,
            @Nullable GroupRecord resumed,
            boolean isRecorded,
            Set<String> clientIds) {
        KeptSettings settings = Objects.requireNonNull(kept, "groups are kept here");
        return settings.queues()
                .of(routing.namespace())
                .thenCompose(log -> log.ends().thenCompose(ends -> {
                    GroupRecord from = resumed == null
                            ? new GroupRecord(clock.millis(), 0, GroupQueue.beginning(log, filter.filter(), ends))
                            : resumed;
                    SharedGroup group = newGroup(filter);
                    KeptGroup opened = open(settings, routing, filter, log, from);
                    group.keepers().addAll(clientIds);
                    group.keep(opened);
                    group.keeping(CompletableFuture.completedFuture(null));
                    Key key = new Key(routing.namespace(), filter);
                    SharedGroup before = groups.put(key, group);
                    if (before == null) {
                        keptCount.incrementAndGet();
                    } else {
                        end(key, before); // An earlier attempt to start.
                    }
                    route(routing, filter, group);
                    if (isRecorded) {
                        opened.recorded();
                        return CompletableFuture.<Void>completedFuture(null);
                    }
                    return opened.record();
                }));
    }

    /** Deletes the record of a group that a broker before this one has left behind, before any client is served. */
    public void deleteRecord(Namespace namespace, SharedFilter filter) {
        Objects.requireNonNull(kept, "groups are kept here").records().delete(namespace, filter, () -> {});
    }

    /** The group of a filter that reads the log, or null. */
    @Nullable
    KeptGroup kept(Namespace namespace, SharedFilter filter) {
        SharedGroup group = groups.get(new Key(namespace, filter));
        return group == null ? null : group.kept();
    }

    /** Tells a group that a message is a durable session's; {@code then} runs when that is recorded, or when it has ended. */
    public void claim(Namespace namespace, LentRecord message, Runnable then) {
        KeptGroup group = kept(namespace, SharedFilter.parse(message.filter()));
        if (group == null) {
            then.run();
        } else {
            group.claim(message.partition(), message.position(), then);
        }
    }

    /**
     * The groups of a namespace that have a member.
     *
     * @param live those that are not kept
     * @param durable those that are
     * @param stopped those of them that stand still, because none of their members acknowledges anything
     */
    public record Counts(long live, long durable, long stopped) {
        public static final Counts NONE = new Counts(0, 0, 0);

        private Counts plus(SharedGroup group) {
            KeptGroup kept = group.kept();
            boolean stops = kept != null && kept.isStopped();
            return group.readsQueue()
                    ? new Counts(live, durable + 1, stopped + (stops ? 1 : 0))
                    : new Counts(live + 1, durable, stopped + (stops ? 1 : 0));
        }
    }

    /** How many there are by namespace. Looks at all once. */
    public Map<Namespace, Counts> counts() {
        Map<Namespace, Counts> counts = new HashMap<>();
        groups.forEach((key, group) -> counts.put(
                key.namespace(),
                counts.getOrDefault(key.namespace(), Counts.NONE).plus(group)));
        return counts;
    }

    /** How many groups of a namespace stand still, because none of their members acknowledges anything. */
    public long countStopped(Namespace namespace) {
        return groups.entrySet().stream()
                .filter(entry -> entry.getKey().namespace().equals(namespace))
                .map(entry -> entry.getValue().kept())
                .filter(group -> group != null && group.isStopped())
                .count();
    }

    /** To be called about every second. */
    public void tick() {
        groups.values().forEach(group -> {
            KeptGroup reading = group.kept();
            if (reading != null) {
                reading.tick();
            }
        });
    }

    /** Completes when all groups are recorded. */
    public CompletableFuture<Void> close() {
        CompletableFuture<?>[] flushed = groups.values().stream()
                .map(SharedGroup::kept)
                .filter(Objects::nonNull)
                .map(KeptGroup::flush)
                .toArray(CompletableFuture[]::new);
        return CompletableFuture.allOf(flushed)
                .thenCompose(done -> kept == null
                        ? CompletableFuture.completedFuture(null)
                        : kept.records().idle());
    }
}
