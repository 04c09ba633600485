package io.magnetar.mqtt.share;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.magnetar.message.Message;
import io.magnetar.message.MessageProperties;
import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.clock.BrokerClock;
import io.magnetar.mqtt.codec.SharedPublish;
import io.magnetar.mqtt.connection.SimulatedQueues;
import io.magnetar.mqtt.counters.Counters;
import io.magnetar.mqtt.crash.SimulatedExecutor;
import io.magnetar.mqtt.flow.SessionLimits;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.packet.ProtocolVersion;
import io.magnetar.mqtt.queue.Queues;
import io.magnetar.mqtt.retain.RetainLimits;
import io.magnetar.mqtt.retain.Retained;
import io.magnetar.mqtt.routing.Routing;
import io.magnetar.mqtt.routing.RoutingTable;
import io.magnetar.mqtt.session.SimulatedOwner;
import io.magnetar.mqtt.session.SimulatedStreams;
import io.magnetar.mqtt.stream.NoStreamGroups;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamReaders.StreamFailureException;
import io.magnetar.tenancy.Namespace;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The shared subscriptions of a broker without streams, and one namespace's routes. */
final class SimulatedGroups {
    /** How long the log keeps messages. */
    static final long RETENTION_MILLIS = TimeUnit.HOURS.toMillis(1);

    private final SimulatedStreams streams = new SimulatedStreams(new Namespace("streams"));
    private final SessionServices services;
    private final SharedGroups groups;
    private final RoutingTable routing;
    final Counters counters = new Counters();

    /** @param maxWaiting how many messages may wait in a group */
    SimulatedGroups(SharedStrategies strategies, int maxWaiting) {
        this(strategies, maxWaiting, null);
    }

    private SimulatedGroups(SharedStrategies strategies, int maxWaiting, @Nullable KeptSettings kept) {
        services = new SessionServices(
                new Routing(streams),
                streams,
                streams,
                (stream, start, filter, listener) -> CompletableFuture.failedFuture(new StreamFailureException(
                        new StreamFailure(StreamFailure.Kind.UNAVAILABLE, "nobody replays here"))),
                new NoStreamGroups(),
                new Retained(true, new RetainLimits(1_000, 1 << 30, 1 << 20)),
                new BrokerClock(InstantSource.system()),
                counters,
                new SessionLimits(1_000, 1_000, maxWaiting, Integer.MAX_VALUE, 100, 128, 1 << 20, 1 << 30, false));
        groups = new SharedGroups(strategies, services.limits(), services.clock(), counters, kept);
        routing = services.routing().table(new Namespace("one"));
    }

    static SimulatedGroups with(SharedStrategy strategy) {
        return new SimulatedGroups(new SharedStrategies(strategy, Map.of()), 100_000);
    }

    /**
     * Groups that may have durable members.
     *
     * @param owners those of groups are added
     * @param tails runs the tails of the log
     */
    static SimulatedGroups kept(
            SharedStrategy strategy,
            SimulatedQueues log,
            GroupRecords records,
            List<SimulatedOwner> owners,
            SimulatedExecutor tails) {
        Queues queues = new Queues(log, 8, definition -> {}, tails);
        return new SimulatedGroups(
                new SharedStrategies(strategy, Map.of()),
                100_000,
                new KeptSettings(
                        queues,
                        records,
                        () -> {
                            SimulatedOwner owner = new SimulatedOwner();
                            owners.add(owner);
                            return owner;
                        },
                        10,
                        1_000,
                        RETENTION_MILLIS));
    }

    /** A receive time. */
    long nextMicros() {
        return services.clock().nextMicros();
    }

    SharedGroups groups() {
        return groups;
    }

    RoutingTable routing() {
        return routing;
    }

    SimulatedMember member(SimulatedOwner owner, ProtocolVersion version, int receiveMaximum) {
        return new SimulatedMember(services, groups, routing, owner, version, receiveMaximum);
    }

    /** Publishes as a client whose identifier is the topic. */
    boolean publish(String topic, Qos qos, String text) {
        Publisher publisher = new Publisher(routing.namespace(), topic, null);
        return publish(new Message(topic, text.getBytes(UTF_8), qos, false, MessageProperties.NONE, publisher, 0));
    }

    boolean publish(Message message) {
        return routing.match(message.topic()).deliver(new SharedPublish(message));
    }
}
