package io.magnetar.mqtt.connection;

import io.magnetar.mqtt.counters.Latency;
import io.magnetar.mqtt.counters.Traffic;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.owner.Owner;
import io.magnetar.mqtt.quota.NamespaceQuota;
import io.magnetar.mqtt.routing.RouteCache;
import io.magnetar.mqtt.routing.RouteRoom;
import io.magnetar.tenancy.Namespace;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jctools.queues.MpscUnboundedArrayQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One event loop as the owner of its connections. Tasks from other threads wait in one queue and wake the loop once for many;
 * what they and the sockets' reads make the connections write is flushed once per turn of the loop.
 *
 * <p>Synchronization: the queue takes tasks from any thread; all else belongs to the event loop. The queue is not bounded by
 * itself: publishers pause while {@link #isCongested()}, and acknowledgements are bounded by what was published.
 */
final class IoLoop implements Owner {
    private static final Logger LOG = LoggerFactory.getLogger(IoLoop.class);
    private static final int QUEUE_CHUNK = 1_024;
    private static final int TASKS_PER_TURN = 4_096;
    private static final long LAG_PERIOD_MILLIS = 1_000;
    private static final int CONGESTED_TASKS = 8_192;
    /** How many routes the caches of all namespaces remember together, beyond the few that each begins with. */
    private static final int ROUTES = 65_536;

    private final EventLoop eventLoop;
    private final SessionServices services;
    private final MpscUnboundedArrayQueue<Runnable> tasks = new MpscUnboundedArrayQueue<>(QUEUE_CHUNK);
    private final AtomicBoolean awake = new AtomicBoolean();
    private final List<NettyPacketSink> unflushed = new ArrayList<>();
    private final Map<Namespace, RouteCache> routeCaches = new HashMap<>();
    private final RouteRoom routeRoom = new RouteRoom(ROUTES);
    private final Map<Optional<Namespace>, Traffic> traffic = new HashMap<>();
    private final Map<Namespace, Shares> shares = new HashMap<>();

    IoLoop(EventLoop eventLoop, SessionServices services) {
        this.eventLoop = eventLoop;
        this.services = services;
        measureLag();
    }

    /** Plans a task and sees how late it comes, for ever. */
    private void measureLag() {
        long dueNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LAG_PERIOD_MILLIS);
        schedule(
                () -> {
                    long lateNanos = System.nanoTime() - dueNanos;
                    services.counters()
                            .latency(Latency.EVENT_LOOP_LAG)
                            .recordMicros(TimeUnit.NANOSECONDS.toMicros(lateNanos));
                    measureLag();
                },
                LAG_PERIOD_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    /** Where the packets of a namespace's connections on this loop are counted. Thread: the event loop. */
    Traffic traffic(Optional<Namespace> namespace) {
        Traffic known = traffic.get(namespace);
        if (known == null || known.isRetired()) {
            known = services.counters().traffic().open(namespace);
            traffic.put(namespace, known);
        }
        return known;
    }

    /**
     * A connection of a namespace has ended. With the last one here the loop forgets the routes of the namespace, which take memory,
     * but not what it has counted while the namespace is open. Thread: the event loop.
     *
     * @param counted where the packets of the connection were counted
     */
    void left(Namespace namespace, Traffic counted) {
        counted.disconnected();
        if (counted.isRetired()) {
            traffic.remove(Optional.of(namespace), counted);
        }
        if (counted.connections() == 0) {
            Optional.ofNullable(routeCaches.remove(namespace)).ifPresent(RouteCache::close);
            shares.remove(namespace);
        }
    }

    /** Who waits here for what a namespace may send and be sent. Thread: the event loop. */
    Shares shares(Namespace namespace, NamespaceQuota quota) {
        return shares.compute(
                namespace,
                (same, known) -> known != null && known.quota().equals(quota) ? known : Shares.of(this, quota));
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        wake();
    }

    private void wake() {
        if (!awake.get() && awake.compareAndSet(false, true)) {
            try {
                eventLoop.execute(this::runTasks);
            } catch (RejectedExecutionException e) {
                LOG.debug("a task came after the event loop had stopped");
            }
        }
    }

    private void runTasks() {
        for (int i = 0; i < TASKS_PER_TURN; i++) {
            Runnable task = tasks.poll();
            if (task == null) {
                break;
            }
            runGuarded(task);
        }
        awake.set(false);
        if (!tasks.isEmpty()) {
            wake();
        }
    }

    /** One task's failure, even for want of memory, is not the end of the others. */
    private static void runGuarded(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) {
            LOG.error("A task of an event loop failed", e);
        }
    }

    @Override
    public boolean isCurrentThread() {
        return eventLoop.inEventLoop();
    }

    @Override
    public boolean isCongested() {
        return tasks.size() > CONGESTED_TASKS;
    }

    @Override
    public void schedule(Runnable task, long delay, TimeUnit unit) {
        var unused = eventLoop.schedule(() -> runGuarded(task), delay, unit);
    }

    /** Flushes a connection at the end of this turn of the loop. Thread: the event loop; once per connection and turn. */
    void flushLater(NettyPacketSink sink) {
        if (unflushed.isEmpty()) {
            eventLoop.execute(this::flushAll);
        }
        unflushed.add(sink);
    }

    private void flushAll() {
        // A flush may make a connection writable again and so add to the list: those wait for the next turn.
        List<NettyPacketSink> sinks = new ArrayList<>(unflushed);
        unflushed.clear();
        sinks.forEach(sink -> runGuarded(sink::flush));
    }

    /** The routes of a namespace that this loop has met. Thread: the event loop. */
    RouteCache routes(Namespace namespace) {
        return routeCaches.computeIfAbsent(
                namespace,
                key -> new RouteCache(
                        services.routing().table(key), services.limits().maxTopicLevels(), routeRoom));
    }
}
