package io.magnetar.mqtt.will;

import io.magnetar.message.Message;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.codec.SharedPublish;
import io.magnetar.mqtt.counters.Counter;
import io.magnetar.mqtt.counters.Drop;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.retain.RetainedStore;
import io.magnetar.mqtt.routing.Match;
import io.magnetar.mqtt.routing.RoutingTable;
import io.magnetar.stream.StreamAppender.AppendListener;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One will on its way to its logs.
 *
 * <pre>
 *   tries --all logs have it--> done
 *     ^  \--some do not, for now--> pauses, longer each time --> tries those
 *     +----------------------------------------------------------+
 * </pre>
 *
 * Thread: any; one try at a time.
 */
final class WillPublication {
    private static final long FIRST_PAUSE_MILLIS = 500;
    private static final long LONGEST_PAUSE_MILLIS = 60_000;

    private final SessionServices services;
    private final @Nullable ScheduledExecutorService retries;
    private final SharedPublish publish;
    private final Match match;
    private final RetainedStore retained;
    private final Runnable whenDone;
    private final CompletableFuture<Void> tried = new CompletableFuture<>();
    private final boolean retains;
    private boolean live;
    private long pauseMillis = FIRST_PAUSE_MILLIS;

    /**
     * Keeps the will before it looks for subscribers, as any publish that is retained, and gives it a receive time after that.
     *
     * @param retries runs what is tried again; null to try once
     */
    WillPublication(
            SessionServices services, @Nullable ScheduledExecutorService retries, Message will, Runnable whenDone) {
        this.services = services;
        this.retries = retries;
        this.whenDone = whenDone;
        this.retained = services.retained().store(will.publisher().namespace());
        this.retains = will.retain() && services.retained().isAvailable() && keep(will);
        RoutingTable.Found found =
                services.routing().table(will.publisher().namespace()).find(will.topic(), services.clock()::nextMicros);
        this.match = found.match();
        Message received = will.receivedAt(found.receivedMicros());
        this.publish = new SharedPublish(received);
        retained.restamp(will, received);
    }

    /** @param inLogs the Pulsar topics of the logs that have it already */
    CompletableFuture<Void> begin(Set<String> inLogs) {
        Message message = publish.message();
        live = inLogs.isEmpty();
        if (message.qos() != Qos.EXACTLY_ONCE) {
            deliver();
        }
        List<StreamDefinition> logs = match.logs(message.qos()).stream()
                .filter(log -> !inLogs.contains(log.pulsarTopic()))
                .toList();
        new Try(logs, retains).run();
        return tried;
    }

    private boolean keep(Message message) {
        boolean kept = retained.keep(message) == null;
        if (!kept) {
            services.counters()
                    .count(Counter.RETAINED_REFUSED, message.publisher().namespace());
        }
        return kept;
    }

    private void deliver() {
        if (live) {
            live = false;
            match.deliver(publish);
        }
    }

    /** What a later publish has replaced is not retained again. */
    private boolean keepAgain() {
        return !retained.hasNewerThan(publish.message()) && keep(publish.message());
    }

    private static boolean passes(StreamFailure failure) {
        return failure.kind() == StreamFailure.Kind.UNAVAILABLE || failure.kind() == StreamFailure.Kind.QUOTA_EXCEEDED;
    }

    /** One try with the logs that do not have it. */
    private final class Try {
        private final List<StreamDefinition> logs;
        private final boolean retains;
        private final Queue<StreamDefinition> failed = new ConcurrentLinkedQueue<>();
        private volatile boolean retainFailed;
        private final AtomicInteger waitingFor;

        Try(List<StreamDefinition> logs, boolean retains) {
            this.logs = logs;
            this.retains = retains;
            // One more, so that it is done with no log at all.
            this.waitingFor = new AtomicInteger(logs.size() + (retains ? 1 : 0) + 1);
        }

        void run() {
            logs.forEach(log -> services.appender().append(log, publish.message(), answer(() -> failed.add(log))));
            if (retains) {
                retained.append(publish.message(), answer(() -> retainFailed = true));
            }
            settleOne();
        }

        private AppendListener answer(Runnable onPassingFailure) {
            return failure -> {
                if (failure != null && retries != null && passes(failure)) {
                    onPassingFailure.run();
                } else if (failure != null && failure.isFailure()) {
                    services.counters()
                            .drop(
                                    Drop.APPEND_FAILED,
                                    publish.message().publisher().namespace());
                }
                settleOne();
            };
        }

        private void settleOne() {
            if (waitingFor.decrementAndGet() > 0) {
                return;
            }
            if (failed.isEmpty() && !retainFailed) {
                deliver();
                whenDone.run();
            } else if (retries != null) {
                var unused = retries.schedule(this::again, pauseMillis, TimeUnit.MILLISECONDS);
                pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, 2 * pauseMillis);
            }
            tried.complete(null);
        }

        private void again() {
            new Try(new ArrayList<>(failed), retainFailed && keepAgain()).run();
        }
    }
}
