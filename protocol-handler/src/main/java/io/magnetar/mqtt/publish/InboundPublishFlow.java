package io.magnetar.mqtt.publish;

import io.magnetar.message.Message;
import io.magnetar.message.MessageProperties;
import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.codec.PacketException;
import io.magnetar.mqtt.codec.PayloadFormat;
import io.magnetar.mqtt.codec.SharedPublish;
import io.magnetar.mqtt.counters.Counter;
import io.magnetar.mqtt.flow.PacketSink;
import io.magnetar.mqtt.flow.ReasonCodes;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.owner.Owner;
import io.magnetar.mqtt.packet.Connect;
import io.magnetar.mqtt.packet.PacketType;
import io.magnetar.mqtt.packet.ProtocolVersion;
import io.magnetar.mqtt.packet.Publish;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.retain.RetainedStore;
import io.magnetar.mqtt.routing.Match;
import io.magnetar.mqtt.routing.RouteCache;
import io.magnetar.stream.StreamAppender.AppendListener;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamFailure;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a client publishes: to its logs, to live subscribers, and answered. Its logs are its streams and, with RETAIN, the log of
 * retained messages.
 *
 * <pre>
 *   QoS 0   PUBLISH -> logs and live at once
 *   QoS 1   PUBLISH -> logs and live at once -> all logs have it -> PUBACK
 *   QoS 2   PUBLISH -> logs -> all have it -> live, PUBREC ; PUBREL -> PUBCOMP
 *           the same packet id before PUBREL: PUBREC again, nothing else [MQTT-4.3.3-10]
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
    private static final String BROKERS_TOPICS = "$SYS/";

    private final SessionServices services;
    private final PacketSink sink;
    private final Owner owner;
    private final Publisher publisher;
    private final boolean mqtt5;
    private final RouteCache routes;
    private final RetainedStore retained;

    private final ArrayDeque<PendingPublish> unanswered = new ArrayDeque<>();
    /** QoS 2 packet ids between PUBLISH and PUBREL. */
    private final BitSet received = new BitSet();

    private int receiving;
    private long pendingBytes;
    private boolean held;
    private boolean congested;
    private boolean ended;
    /** The will of a connection that has ended, until it is published. */
    private Connect.@Nullable Will will;

    public InboundPublishFlow(
            SessionServices services,
            PacketSink sink,
            Owner owner,
            Publisher publisher,
            ProtocolVersion version,
            RouteCache routes) {
        this.services = services;
        this.sink = sink;
        this.owner = owner;
        this.publisher = publisher;
        this.mqtt5 = version.isMqtt5();
        this.routes = routes;
        this.retained = services.retained().store(publisher.namespace());
    }

    Owner owner() {
        return owner;
    }

    /** @throws PacketException when the publish breaks the protocol or asks for what CONNACK did not grant */
    public void onPublish(Publish publish) throws PacketException {
        services.counters().count(Counter.MESSAGES_RECEIVED);
        if (publish.retain() && mqtt5 && !services.retained().isAvailable()) { // [MQTT-3.2.2-14]
            throw new PacketException(ReasonCode.RETAIN_NOT_SUPPORTED, "retained messages are not available");
        }
        if (publish.qos() == Qos.EXACTLY_ONCE && received.get(publish.packetId())) {
            repeatPubRec(publish.packetId());
            return;
        }
        Refusal refusal = refusal(publish);
        if (refusal != null && mqtt5) {
            refuse(publish, refusal);
            return;
        }
        if (publish.qos() != Qos.AT_MOST_ONCE) {
            receive(publish);
        }
        if (publish.retain() && refusal == null && services.retained().isAvailable()) {
            onRetainedPublish(publish);
            return;
        }
        // Before MQTT 5 a refused publish is answered like any other, for there is no way to tell (3.1.1:
        // [MQTT-3.3.5-2]).
        Match match = refusal == null ? routes.route(publish.topic()).match() : Match.NOBODY;
        if (publish.qos() == Qos.AT_MOST_ONCE && match.isEmpty()) {
            return;
        }
        accept(shared(publish), match, publish.packetId(), false);
    }

    /**
     * Keeps the message before it looks for subscribers: whoever subscribes in between gets it one way or the other. A client that
     * can be told that it may not be retained is told; another's is delivered, but not retained.
     */
    private void onRetainedPublish(Publish publish) {
        SharedPublish shared = shared(publish);
        StreamFailure refusal = keep(shared.message());
        if (refusal != null && mqtt5 && publish.qos() != Qos.AT_MOST_ONCE) {
            Refusal told = new Refusal(ReasonCodes.of(refusal.kind()), refusal.reason());
            answerInOrder(new PendingPublish(this, shared, publish.packetId(), told));
        } else {
            accept(shared, routes.route(publish.topic()).match(), publish.packetId(), refusal == null);
        }
    }

    private @Nullable StreamFailure keep(Message message) {
        StreamFailure refusal = retained.keep(message);
        if (refusal != null) {
            services.counters().count(Counter.RETAINED_REFUSED);
        }
        return refusal;
    }

    private @Nullable Refusal refusal(Publish publish) throws PacketException {
        String topic = publish.topic().value();
        if (topic.charAt(0) == '$' && topic.startsWith(BROKERS_TOPICS)) {
            services.counters().count(Counter.PUBLISHES_REFUSED);
            return new Refusal(ReasonCode.NOT_AUTHORIZED, "topics that begin with $SYS/ are the broker's own");
        }
        if (publish.qos() == Qos.AT_LEAST_ONCE && received.get(publish.packetId())) {
            return new Refusal(
                    ReasonCode.PACKET_IDENTIFIER_IN_USE, "a QoS 2 publish with this identifier waits for its PUBREL");
        }
        if (publish.properties().payloadIsUtf8()
                && services.limits().checksPayloadFormat()
                && !PayloadFormat.isUtf8(publish.payload())) {
            services.counters().count(Counter.PUBLISHES_REFUSED);
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
        answerInOrder(new PendingPublish(this, shared(publish), publish.packetId(), refusal));
    }

    private SharedPublish shared(Publish publish) {
        Message message = new Message(
                publish.topic().value(),
                publish.payload(),
                publish.qos(),
                publish.retain(),
                publish.properties(),
                publisher,
                services.clock().nextMicros());
        return new SharedPublish(message, publish.topic().utf8());
    }

    private void receive(Publish publish) throws PacketException {
        countUnderWay();
        if (publish.qos() == Qos.EXACTLY_ONCE) {
            received.set(publish.packetId());
        }
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
     * @param lastWill published behind all that the client has published before; null for none
     */
    public void end(Connect.@Nullable Will lastWill) {
        ended = true;
        will = lastWill;
        publishWillWhenDue();
    }

    private void publishWillWhenDue() {
        Connect.Will due = will;
        if (due != null && unanswered.isEmpty()) {
            will = null;
            publishWill(due);
        }
    }

    private void publishWill(Connect.Will due) {
        long nowMillis = services.clock().millis();
        MessageProperties given = due.properties();
        MessageProperties properties = due.expirySeconds() < 0
                ? given
                : given.expiringAt(nowMillis + TimeUnit.SECONDS.toMillis(due.expirySeconds()));
        Message message = new Message(
                due.topic(),
                due.payload(),
                due.qos(),
                due.retain(),
                properties,
                publisher,
                services.clock().nextMicros());
        boolean retains = due.retain() && services.retained().isAvailable() && keep(message) == null;
        Match match = routes.table().match(due.topic());
        append(message, match, retains, this::countFailure);
        match.deliver(new SharedPublish(message));
    }

    private void countFailure(@Nullable StreamFailure failure) {
        if (failure != null) {
            services.counters().count(Counter.DROPPED_APPEND_FAILED);
        }
    }

    /** @param retains the message is kept, and goes to the log of retained messages */
    private void accept(SharedPublish publish, Match match, int packetId, boolean retains) {
        Qos qos = publish.message().qos();
        if (qos != Qos.EXACTLY_ONCE) {
            deliver(match, publish);
        }
        int logs = match.streams().size() + (retains ? 1 : 0);
        if (logs == 0) {
            if (qos != Qos.AT_MOST_ONCE) {
                answerInOrder(new PendingPublish(this, publish, match, packetId, 0));
            }
            return;
        }
        PendingPublish pending = new PendingPublish(this, publish, match, packetId, logs);
        pendingBytes += pending.weight();
        if (qos != Qos.AT_MOST_ONCE) {
            unanswered.add(pending);
        }
        append(publish.message(), match, retains, pending);
        holdWhileBehind();
    }

    private void append(Message message, Match match, boolean retains, AppendListener listener) {
        for (StreamDefinition stream : match.streams()) {
            services.appender().append(stream, message, listener);
        }
        if (retains) {
            retained.append(message, listener);
        }
    }

    private void answerInOrder(PendingPublish pending) {
        if (unanswered.isEmpty()) {
            answer(pending);
        } else {
            pendingBytes += pending.weight();
            unanswered.add(pending);
            holdWhileBehind();
        }
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
        }
        publishWillWhenDue();
        if (held && !isBehind(2)) {
            held = false;
            updateReading();
        }
    }

    private void answer(PendingPublish publish) {
        StreamFailure failure = publish.failure();
        boolean exactlyOnce = publish.qos() == Qos.EXACTLY_ONCE;
        if (failure == null && exactlyOnce && !publish.deliver()) {
            pauseForOthers();
        }
        if (ended) {
            return;
        }
        PacketType type = exactlyOnce ? PacketType.PUBREC : PacketType.PUBACK;
        Refusal refusal = publish.refusal();
        if (refusal != null) {
            receiving--;
            if (exactlyOnce) {
                received.clear(publish.packetId());
            }
            sink.acknowledge(type, publish.packetId(), refusal.code(), refusal.reason());
            return;
        }
        if (failure == null) {
            if (!exactlyOnce) {
                receiving--;
            }
            sink.acknowledge(type, publish.packetId(), publish.successCode(), null);
            return;
        }
        services.counters().count(Counter.APPENDS_REFUSED);
        receiving--;
        if (exactlyOnce) {
            received.clear(publish.packetId());
        }
        if (mqtt5) {
            sink.acknowledge(type, publish.packetId(), ReasonCodes.of(failure.kind()), failure.reason());
        } else {
            sink.close();
        }
    }

    /** A PUBREC that was lost is sent again, but none overtakes the first one. */
    private void repeatPubRec(int packetId) {
        if (!isUnanswered(packetId)) {
            sink.acknowledge(PacketType.PUBREC, packetId, ReasonCode.SUCCESS, null);
        }
    }

    private boolean isUnanswered(int packetId) {
        return unanswered.stream()
                .anyMatch(pending -> pending.qos() == Qos.EXACTLY_ONCE && pending.packetId() == packetId);
    }

    /**
     * PUBREL: the client knows that the message has arrived, its packet id is free again.
     *
     * @throws PacketException when PUBREC has not been sent yet
     */
    public void onPubRel(int packetId) throws PacketException {
        boolean known = received.get(packetId);
        if (known && isUnanswered(packetId)) {
            throw new PacketException(
                    ReasonCode.PROTOCOL_ERROR, "PUBREL answers a PUBREC, and none was sent for " + packetId);
        }
        if (known) {
            received.clear(packetId);
            receiving--;
        }
        sink.acknowledge(
                PacketType.PUBCOMP,
                packetId,
                known ? ReasonCode.SUCCESS : ReasonCode.PACKET_IDENTIFIER_NOT_FOUND,
                null);
    }

    private void deliver(Match match, SharedPublish publish) {
        if (!match.deliver(publish)) {
            pauseForOthers();
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
            sink.holdReading(held || congested);
        }
    }
}
