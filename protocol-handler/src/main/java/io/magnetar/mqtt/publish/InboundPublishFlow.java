package io.magnetar.mqtt.publish;

import io.magnetar.message.Message;
import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.access.ClientAccess;
import io.magnetar.mqtt.access.Decision;
import io.magnetar.mqtt.codec.PacketException;
import io.magnetar.mqtt.codec.PayloadFormat;
import io.magnetar.mqtt.codec.SharedPublish;
import io.magnetar.mqtt.counters.Counter;
import io.magnetar.mqtt.counters.Drop;
import io.magnetar.mqtt.flow.BrokersTopics;
import io.magnetar.mqtt.flow.Hold;
import io.magnetar.mqtt.flow.PacketSink;
import io.magnetar.mqtt.flow.ReasonCodes;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.owner.Owner;
import io.magnetar.mqtt.packet.PacketType;
import io.magnetar.mqtt.packet.ProtocolVersion;
import io.magnetar.mqtt.packet.Publish;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.quota.NamespaceQuota;
import io.magnetar.mqtt.retain.RetainedStore;
import io.magnetar.mqtt.routing.Match;
import io.magnetar.mqtt.routing.Route;
import io.magnetar.mqtt.routing.RouteCache;
import io.magnetar.stream.StreamFailure;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a client publishes: to its logs, to live subscribers, and answered. Its logs are its streams, the queue of what durable
 * sessions are owed and, with RETAIN, the log of retained messages.
 *
 * <pre>
 *   QoS 0   PUBLISH -> logs and live at once
 *   QoS 1   PUBLISH -> logs and live at once -> all logs have it -> PUBACK
 *   QoS 2   PUBLISH -> logs -> all have it -> live, PUBREC ; PUBREL -> PUBCOMP
 *           the same packet id before PUBREL: PUBREC again, nothing else [MQTT-4.3.3-10]
 *   a packet id that is in use: MQTT 5 gets 0x91 in PUBACK or PUBREC, MQTT 3.1.1 the end of the connection
 *   a log fails: MQTT 5 gets an error code in PUBACK or PUBREC, MQTT 3.1.1 no answer and the end of the connection
 * </pre>
 *
 * Answers leave in the order of the publishes [MQTT-4.6.0-2] [MQTT-4.6.0-3]. While more bytes wait for logs than allowed, the
 * connection is not read.
 *
 * <p>Thread: the connection's owner.
 */
public final class InboundPublishFlow {
    private static final long CONGESTION_PAUSE_MILLIS = 1;

    private final SessionServices services;
    private final PacketSink sink;
    private final Owner owner;
    private final Publisher publisher;
    private final boolean mqtt5;
    private final RouteCache routes;
    private final RetainedStore retained;
    private final NamespaceQuota quota;
    private final PublishRights rights;
    private final LongSupplier clock;

    private final ArrayDeque<PendingPublish> unanswered = new ArrayDeque<>();
    private final ReceivedPublishes received;
    /** Whose PUBREC is sent again when it is their turn. */
    private final BitSet repeating = new BitSet();

    private int receiving;
    private long pendingBytes;
    private boolean held;
    private boolean congested;
    private boolean ended;
    /** What is to be done when a connection has ended and all is answered; null while it has not ended, and when it is done. */
    private @Nullable Runnable onSettled;

    public InboundPublishFlow(
            SessionServices services,
            PacketSink sink,
            Owner owner,
            ClientAccess access,
            ProtocolVersion version,
            RouteCache routes,
            ReceivedPublishes received) {
        this.received = received;
        this.services = services;
        this.sink = sink;
        this.owner = owner;
        this.publisher = access.publisher();
        this.mqtt5 = version.isMqtt5();
        this.rights = new PublishRights(access, sink, services.counters(), mqtt5);
        this.routes = routes;
        this.retained = services.retained().store(publisher.namespace());
        this.quota = services.quotas().of(publisher.namespace());
        this.clock = services.clock()::nextMicros;
    }

    Owner owner() {
        return owner;
    }

    /**
     * A PUBLISH has come.
     *
     * @param ofRequest its packet identifier is the one of a SUBSCRIBE or UNSUBSCRIBE that is not answered
     * @throws PacketException when the publish breaks the protocol or asks for what CONNACK did not grant
     */
    public void onPublish(Publish publish, boolean ofRequest) throws PacketException {
        if (publish.retain() && mqtt5 && !services.retained().isAvailable()) { // [MQTT-3.2.2-14]
            throw new PacketException(ReasonCode.RETAIN_NOT_SUPPORTED, "retained messages are not available");
        }
        if (isRepeated(publish)) {
            repeatPubRec(publish.packetId());
            return;
        }
        if (!quota.takesPayload(publish.payload().length)) {
            refuse(publish, Excess.PAYLOAD);
            return;
        }
        Refusal refusal = refusal(publish, ofRequest);
        Route route = routes.route(publish.topic());
        if (refusal == null) {
            Decision decision = rights.decide(publish, route, later -> onDecided(publish, route, later));
            if (decision != Decision.PENDING) {
                onDecided(publish, route, decision);
            }
        } else {
            take(publish, route, refusal);
        }
    }

    private void onDecided(Publish publish, Route route, Decision decision) throws PacketException {
        Refusal refusal = rights.refusal(decision);
        if (refusal == null || !rights.ends(publish, refusal)) {
            take(publish, route, refusal);
        }
    }

    private void take(Publish publish, Route route, @Nullable Refusal refusal) throws PacketException {
        if (refusal != null && mqtt5) {
            refuse(publish, refusal);
            return;
        }
        Set<String> inLogs = publish.qos() == Qos.AT_MOST_ONCE ? Set.of() : receive(publish);
        if (publish.retain() && refusal == null && services.retained().isAvailable()) {
            onRetainedPublish(publish, route, inLogs);
            return;
        }
        // Before MQTT 5 a refused publish is answered like any other, for there is no way to tell (3.1.1:
        // [MQTT-3.3.5-2]).
        boolean mayBeOwed = refusal == null && publish.qos() != Qos.AT_MOST_ONCE;
        Match match = refusal != null ? Match.NOBODY : mayBeOwed ? route.match(clock) : route.match();
        if (publish.qos() == Qos.AT_MOST_ONCE && match.isEmpty()) {
            return;
        }
        long micros = mayBeOwed ? route.receivedMicros() : clock.getAsLong();
        accept(shared(publish, micros), publish.packetId(), Destination.of(match, publish.qos(), inLogs, false));
    }

    private boolean isRepeated(Publish publish) {
        return publish.qos() == Qos.EXACTLY_ONCE && received.has(publish.packetId());
    }

    /**
     * A PUBLISH has come that has waited too long for what its namespace may send.
     *
     * @throws PacketException when the client cannot be told but by the end of its connection
     */
    public void onExcess(Publish publish) throws PacketException {
        if (isRepeated(publish)) {
            repeatPubRec(publish.packetId());
        } else {
            refuse(publish, Excess.RATE);
        }
    }

    private void refuse(Publish publish, Excess excess) throws PacketException {
        if (publish.qos() == Qos.AT_MOST_ONCE) {
            services.counters().drop(excess.drop(), publisher.namespace());
        } else if (mqtt5) {
            refuse(publish, new Refusal(ReasonCode.QUOTA_EXCEEDED, excess.reason()));
        } else {
            throw new PacketException(excess.end(), excess.reason());
        }
    }

    /**
     * Keeps the message before it looks for subscribers: whoever subscribes in between gets it one way or the other. But its receive
     * time is, as that of every message, one after its subscribers were found: a group that begins to read the log tells by it who
     * got the message live. A client that can be told that it may not be retained is told; another's is delivered, but not retained.
     */
    private void onRetainedPublish(Publish publish, Route route, Set<String> inLogs) {
        SharedPublish shared = shared(publish, clock.getAsLong());
        StreamFailure refusal = retained.keep(shared.message());
        if (refusal != null) {
            services.counters().count(Counter.RETAINED_REFUSED, publisher.namespace());
        }
        if (refusal != null && mqtt5 && publish.qos() != Qos.AT_MOST_ONCE) {
            Refusal told = new Refusal(ReasonCodes.of(refusal.kind()), refusal.reason());
            take(new PendingPublish(this, shared, Destination.NOWHERE, publish.packetId(), told));
        } else {
            Match match = route.match(clock);
            Message received = shared.message().receivedAt(route.receivedMicros());
            retained.restamp(shared.message(), received);
            accept(
                    new SharedPublish(received, publish.topic().utf8()),
                    publish.packetId(),
                    Destination.of(match, publish.qos(), inLogs, refusal == null));
        }
    }

    private @Nullable Refusal refusal(Publish publish, boolean ofRequest) throws PacketException {
        Refusal inUse = Refusal.ofIdentifier(publish, ofRequest, received);
        if (inUse != null) {
            if (!mqtt5) { // 3.1.1: [MQTT-4.8.0-1]
                throw new PacketException(ReasonCode.PROTOCOL_ERROR, inUse.reason());
            }
            return inUse;
        }
        String topic = publish.topic().value();
        if (BrokersTopics.contains(topic)) {
            services.counters().count(Counter.PUBLISHES_REFUSED, publisher.namespace());
            return new Refusal(ReasonCode.NOT_AUTHORIZED, BrokersTopics.REFUSAL);
        }
        if (publish.properties().payloadIsUtf8()
                && services.limits().checksPayloadFormat()
                && !PayloadFormat.isUtf8(publish.payload())) {
            services.counters().count(Counter.PUBLISHES_REFUSED, publisher.namespace());
            return new Refusal(ReasonCode.PAYLOAD_FORMAT_INVALID, "the payload is said to be UTF-8 and is not");
        }
        return null;
    }

    /** An MQTT 5 client learns why from PUBACK or PUBREC; at QoS 0 only of what it did wrong, by DISCONNECT. */
    private void refuse(Publish publish, Refusal refusal) throws PacketException {
        if (publish.qos() == Qos.AT_MOST_ONCE) {
            if (refusal.code() == ReasonCode.PAYLOAD_FORMAT_INVALID) {
                throw new PacketException(refusal.code(), refusal.reason());
            }
            return;
        }
        countUnderWay();
        take(new PendingPublish(
                this, shared(publish, clock.getAsLong()), Destination.NOWHERE, publish.packetId(), refusal));
    }

    private SharedPublish shared(Publish publish, long receivedMicros) {
        Message message = new Message(
                publish.topic().value(),
                publish.payload(),
                publish.qos(),
                publish.retain(),
                publish.properties(),
                publisher,
                receivedMicros,
                publish.qos() == Qos.EXACTLY_ONCE ? received.mark(publish.packetId()) : null);
        return new SharedPublish(message, publish.topic().utf8());
    }

    /** @return the Pulsar topics of the logs that have it already */
    private Set<String> receive(Publish publish) throws PacketException {
        countUnderWay();
        return publish.qos() == Qos.EXACTLY_ONCE ? received.receive(publish) : Set.of();
    }

    private void countUnderWay() throws PacketException {
        if (mqtt5 && receiving >= services.limits().receiveMaximum()) {
            throw new PacketException(
                    ReasonCode.RECEIVE_MAXIMUM_EXCEEDED,
                    "at most " + services.limits().receiveMaximum() + " publishes may be under way");
        }
        receiving++;
    }

    /**
     * The connection has ended: what is under way goes on to the logs, nobody hears of it.
     *
     * @param whenSettled runs when all logs have answered for all that the client has published
     */
    public void end(Runnable whenSettled) {
        ended = true;
        rights.end();
        onSettled = whenSettled;
        settleWhenAnswered();
    }

    private void settleWhenAnswered() {
        Runnable then = onSettled;
        if (then != null && unanswered.isEmpty()) {
            onSettled = null;
            then.run();
        }
    }

    /** When the oldest publish came that is not answered, epoch milliseconds; {@link Long#MAX_VALUE} when all are. */
    public long oldestUnansweredMillis() {
        PendingPublish oldest = unanswered.peek();
        return oldest == null ? Long.MAX_VALUE : oldest.receivedMillis();
    }

    /** Tells whether a publish above QoS 0 has the packet identifier. Looks through all that are not answered: not for every packet. */
    public boolean isUnderWay(int packetId) {
        return received.isInUse(packetId) || unanswered.stream().anyMatch(publish -> publish.packetId() == packetId);
    }

    private void countFailure(@Nullable StreamFailure failure) {
        if (failure != null) {
            services.counters().drop(Drop.APPEND_FAILED, publisher.namespace());
        }
    }

    private void deliver(Match match, SharedPublish publish) {
        if (!match.deliver(publish)) {
            pauseForOthers();
        }
    }

    private void accept(SharedPublish publish, int packetId, Destination destination) {
        if (publish.message().qos() != Qos.EXACTLY_ONCE) {
            deliver(destination.match(), publish);
        }
        if (publish.message().qos() != Qos.AT_MOST_ONCE || destination.confirmations() > 0) {
            take(new PendingPublish(this, publish, destination, packetId, null));
        }
    }

    /** Takes a publish that is to be answered, or is to be in logs. */
    private void take(PendingPublish publish) {
        if (publish.isSettled() && unanswered.isEmpty()) {
            answer(publish);
            return;
        }
        pendingBytes += publish.weight();
        if (publish.qos() != Qos.AT_MOST_ONCE) {
            unanswered.add(publish);
        }
        publish.append(services.appender(), retained);
        holdWhileBehind();
    }

    /** Called when all logs have answered for a publish. */
    void settled(PendingPublish publish) {
        if (publish.qos() == Qos.AT_MOST_ONCE) {
            pendingBytes -= publish.weight();
            countFailure(publish.failure());
        }
        while (!unanswered.isEmpty() && unanswered.peek().isSettled()) {
            PendingPublish next = unanswered.poll();
            pendingBytes -= next.weight();
            answer(next);
            next.answered();
        }
        settleWhenAnswered();
        if (held && !isBehind(2)) {
            held = false;
            updateReading();
        }
    }

    private void answer(PendingPublish publish) {
        StreamFailure failure = publish.failure();
        boolean exactlyOnce = publish.qos() == Qos.EXACTLY_ONCE;
        Refusal refusal = publish.refusal();
        if (refusal != null) {
            receiving--;
            if (exactlyOnce) {
                received.refuse(publish.packetId());
            }
            if (!ended) {
                sink.acknowledge(
                        exactlyOnce ? PacketType.PUBREC : PacketType.PUBACK,
                        publish.packetId(),
                        refusal.code(),
                        refusal.reason());
            }
            return;
        }
        if (failure == null && exactlyOnce) {
            received.answer(publish.packetId(), publish.mark());
            if (!publish.deliver()) {
                pauseForOthers();
            }
        }
        if (failure != null) {
            onFailed(publish, failure);
        } else if (!ended) {
            receiving -= exactlyOnce ? 0 : 1;
            sink.acknowledge(
                    exactlyOnce ? PacketType.PUBREC : PacketType.PUBACK,
                    publish.packetId(),
                    publish.successCode(),
                    null);
        }
    }

    private void onFailed(PendingPublish publish, StreamFailure failure) {
        services.counters().count(Counter.APPENDS_REFUSED, publisher.namespace());
        receiving--;
        boolean exactlyOnce = publish.qos() == Qos.EXACTLY_ONCE;
        boolean told = mqtt5 && !ended;
        if (exactlyOnce) {
            received.giveUp(publish.packetId(), publish.message(), publish.confirmed());
        }
        if (told) {
            sink.acknowledge(
                    exactlyOnce ? PacketType.PUBREC : PacketType.PUBACK,
                    publish.packetId(),
                    ReasonCodes.of(failure.kind()),
                    failure.reason());
        } else if (!ended) {
            sink.close();
        }
    }

    /** A PUBREC that was lost is sent again, but none overtakes the first one, nor those of earlier publishes. */
    private void repeatPubRec(int packetId) {
        PendingPublish last = unanswered.peekLast();
        if (!received.isAnswered(packetId) || repeating.get(packetId)) {
            return;
        }
        if (last == null) {
            sink.acknowledge(PacketType.PUBREC, packetId, ReasonCode.SUCCESS, null);
            return;
        }
        repeating.set(packetId);
        last.whenAnswered(() -> {
            repeating.clear(packetId);
            if (!ended && received.isAnswered(packetId)) {
                sink.acknowledge(PacketType.PUBREC, packetId, ReasonCode.SUCCESS, null);
            }
        });
    }

    /**
     * PUBREL: the client knows that the message has arrived, its packet id is free again.
     *
     * @throws PacketException when PUBREC has not been sent yet
     */
    public void onPubRel(int packetId) throws PacketException {
        if (received.has(packetId) && !received.isAnswered(packetId)) {
            throw new PacketException(
                    ReasonCode.PROTOCOL_ERROR, "PUBREL answers a PUBREC, and none was sent for " + packetId);
        }
        boolean known = received.release(packetId, () -> complete(packetId, ReasonCode.SUCCESS));
        if (known) {
            receiving = Math.max(0, receiving - 1);
        } else {
            complete(packetId, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND);
        }
    }

    private void complete(int packetId, ReasonCode code) {
        if (!ended) {
            sink.acknowledge(PacketType.PUBCOMP, packetId, code, null);
        }
    }

    private void pauseForOthers() {
        if (congested || ended) {
            return;
        }
        congested = true;
        updateReading();
        owner.schedule(
                () -> {
                    congested = false;
                    updateReading();
                },
                CONGESTION_PAUSE_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    private void holdWhileBehind() {
        if (!held && isBehind(1)) {
            held = true;
            updateReading();
        }
    }

    /** Tells whether more waits for the logs than {@code 1 / divisor} of what may. */
    private boolean isBehind(int divisor) {
        return pendingBytes > services.limits().maxPendingAppendBytes() / divisor
                || (pendingBytes > 0
                        && services.appender().pendingBytes() + retained.pendingBytes()
                                > services.limits().maxBrokerPendingAppendBytes());
    }

    private void updateReading() {
        if (!ended) {
            sink.holdReading(Hold.PUBLISHES, held || congested);
        }
    }
}
