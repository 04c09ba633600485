package io.magnetar.mqtt.crash;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.message.Message;
import io.magnetar.message.MessageProperties;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.packet.Acknowledgement;
import io.magnetar.mqtt.packet.ConnAck;
import io.magnetar.mqtt.packet.Connect;
import io.magnetar.mqtt.packet.Disconnect;
import io.magnetar.mqtt.packet.Packet;
import io.magnetar.mqtt.packet.PacketType;
import io.magnetar.mqtt.packet.ProtocolVersion;
import io.magnetar.mqtt.packet.Publish;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.packet.Subscribe;
import io.magnetar.mqtt.packet.TopicName;
import io.magnetar.mqtt.packet.Unsubscribe;
import io.magnetar.mqtt.share.SharedFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A client that keeps its side of a session as the specification asks, whatever becomes of its connections, and publishes for others.
 * It checks what may never happen on every packet that arrives.
 */
final class DurableClient {
    private static final int MAX_UNDER_WAY = 6;
    /** Few, so that they are used again soon. */
    private static final int PACKET_IDS = 9;

    private static final int RECEIVE_MAXIMUM = 4;

    /** The flags and the subscription identifiers of a PUBLISH. */
    record Form(boolean dup, boolean retain, List<Integer> subscriptionIds) {}

    private record Name(String value) implements TopicName {
        @Override
        public byte[] utf8() {
            return value.getBytes(UTF_8);
        }
    }

    /** Whether the broker has a session for this client, as far as it was told. */
    private enum Knowledge {
        NONE,
        MAYBE,
        CERTAIN
    }

    final String clientId;
    final Interest always;
    final List<Interest> sometimes;
    final List<Published> published = new ArrayList<>();
    final List<SimulatedWill> wills = new ArrayList<>();
    /** What has arrived, by topic, in its order; a QoS 2 message once for each time that the application would get it. */
    final Map<String, List<String>> received = new LinkedHashMap<>();

    /** How the last message came. */
    Form last = new Form(false, false, List.of());
    /** What was marked as sent again, in its order. */
    final List<String> again = new ArrayList<>();
    /** What has arrived at QoS 0, and nothing tells that again. */
    final Set<String> live = new HashSet<>();

    /** Whether it subscribes at another QoS now and then as soon as it has come back, before it gets what it is owed. */
    boolean changesQosAtOnce;

    /** Whether what it publishes is to be retained. */
    boolean retains;

    private final Random random;
    private final Trace trace;
    private final ProtocolVersion version;
    private final List<Published> unanswered = new ArrayList<>();
    private final List<Published> unreleased = new ArrayList<>();
    private final Map<Integer, String> unreleasedByBroker = new HashMap<>();
    private Knowledge session = Knowledge.NONE;
    private int ended;
    private int lastPacketId;

    private @Nullable SimulatedConnection connection;
    private boolean accepted;
    private boolean cleanStart;
    private Knowledge beforeConnect = Knowledge.NONE;
    private final List<Acknowledgement> toSend = new ArrayList<>();
    private final Set<Integer> inUse = new HashSet<>();

    /**
     * @param always what it subscribes to first, and never ends
     * @param sometimes what it subscribes to now and then
     */
    DurableClient(Random random, Trace trace, String clientId, String always, List<String> sometimes) {
        this.random = random;
        this.trace = trace;
        this.clientId = clientId;
        this.version = random.nextBoolean() ? ProtocolVersion.MQTT_5 : ProtocolVersion.MQTT_3_1_1;
        this.always = new Interest(always);
        this.sometimes = sometimes.stream().map(Interest::new).toList();
    }

    boolean isConnected() {
        return connection != null;
    }

    boolean isAccepted() {
        return accepted;
    }

    /** How many of its sessions have ended. */
    int ended() {
        return ended;
    }

    boolean isIdle() {
        return accepted && unanswered.isEmpty() && unreleased.isEmpty() && toSend.isEmpty() && !isAsking();
    }

    boolean isAsking() {
        return always.isAsked() || sometimes.stream().anyMatch(Interest::isAsked);
    }

    /** @param wantsClean once it has begun to start clean it goes on until it has: it has nothing left to go on with */
    void connect(SimulatedBroker broker, boolean wantsClean) {
        boolean clean = wantsClean || cleanStart;
        if (clean) {
            forgetSession();
        }
        SimulatedWill will = random.nextInt(3) == 0 ? null : new SimulatedWill(clientId, wills.size(), random);
        if (will != null) {
            wills.add(will);
        }
        trace.say(
                () -> clientId + " connects" + (clean ? ", clean" : "") + (will == null ? "" : ", with " + will.text));
        cleanStart = clean;
        beforeConnect = session;
        session = clean || session == Knowledge.NONE ? Knowledge.MAYBE : session;
        connection = broker.connect(
                this,
                new Connect(
                        version,
                        clientId,
                        clean,
                        0,
                        SimulatedBroker.EXPIRY_SECONDS,
                        new Connect.Reception(RECEIVE_MAXIMUM, Integer.MAX_VALUE, 0, true, false),
                        null,
                        null,
                        null,
                        will == null ? null : will.will(),
                        List.of()));
        connection.will = will;
    }

    void onConnAck(ConnAck connAck) {
        trace.say(() -> clientId + " gets CONNACK " + connAck.reasonCode() + ", present " + connAck.sessionPresent());
        if (connAck.reasonCode().isError()) {
            assertThat(connAck.sessionPresent()).as("[MQTT-3.2.2-6]").isFalse();
            session = beforeConnect == Knowledge.NONE ? Knowledge.NONE : session;
            return;
        }
        if (cleanStart || beforeConnect == Knowledge.NONE) {
            assertThat(connAck.sessionPresent())
                    .as("%s: no session is there [MQTT-3.2.2-2]", clientId)
                    .isFalse();
        } else if (session == Knowledge.CERTAIN) {
            assertThat(connAck.sessionPresent())
                    .as("%s: the session is there [MQTT-3.2.2-3]", clientId)
                    .isTrue();
        }
        session = Knowledge.CERTAIN;
        cleanStart = false;
        accepted = true;
        if (connection != null && connection.will != null) {
            connection.will.accepted();
        }
        if (connAck.sessionPresent()) {
            unreleased.forEach(sent -> send(pubRel(sent.packetId)));
            unanswered.forEach(sent -> send(publish(sent, true))); // [MQTT-4.4.0-1]
            if (changesQosAtOnce && random.nextInt(3) == 0) {
                changeQos();
            }
        } else {
            forgetSession();
        }
    }

    private void forgetSession() {
        ended++;
        unanswered.clear();
        unreleased.clear();
        unreleasedByBroker.clear();
        always.gone();
        sometimes.forEach(Interest::gone);
    }

    private void send(Packet packet) {
        trace.say(() -> clientId + " sends " + packet);
        if (connection != null) {
            connection.link.toBroker.add(packet);
        }
    }

    private Acknowledgement pubRel(int packetId) {
        return new Acknowledgement(PacketType.PUBREL, packetId, ReasonCode.SUCCESS);
    }

    private Publish publish(Published sent, boolean again) {
        return new Publish(
                new Name(sent.topic),
                sent.qos,
                again,
                retains,
                sent.packetId,
                MessageProperties.NONE,
                sent.text.getBytes(UTF_8));
    }

    /**
     * Publishes something that others are interested in.
     *
     * @param endedBefore how many sessions of any client have ended so far
     */
    void publish(Interest interest, int endedBefore) {
        if (!accepted || unanswered.size() + unreleased.size() >= MAX_UNDER_WAY) {
            return;
        }
        publish(interest, random.nextBoolean() ? "one" : "two", Qos.of(1 + random.nextInt(2)), endedBefore);
    }

    /** @param last the topic's last level, if it is free */
    void publish(Interest interest, String last, Qos qos, int endedBefore) {
        String topic = interest.topic(last);
        int number = published.size();
        Published next = new Published(topic, qos, clientId + "-" + number, number, interest, endedBefore);
        next.packetId = freePacketId();
        published.add(next);
        unanswered.add(next);
        send(publish(next, false));
    }

    private int freePacketId() {
        do {
            lastPacketId = lastPacketId % PACKET_IDS + 1;
        } while (isInUse(lastPacketId));
        return lastPacketId;
    }

    private boolean isInUse(int packetId) {
        return unanswered.stream().anyMatch(sent -> sent.packetId == packetId)
                || unreleased.stream().anyMatch(sent -> sent.packetId == packetId)
                || always.isAsked(packetId)
                || sometimes.stream().anyMatch(interest -> interest.isAsked(packetId));
    }

    /** Subscribes to what it has not subscribed to; now and then again, or ends one. */
    void changeSubscriptions() {
        if (mayAsk()) {
            change();
        }
    }

    private void change() {
        Interest any = sometimes.isEmpty() ? always : sometimes.get(random.nextInt(sometimes.size()));
        if (always.isOff() || (!always.isOn() && random.nextBoolean())) {
            begin(always, Qos.EXACTLY_ONCE);
        } else if (!any.equals(always) && any.isOn() && random.nextInt(3) != 0) {
            int packetId = freePacketId();
            any.asksToEnd(packetId);
            send(new Unsubscribe(packetId, List.of(any.filter)));
        } else {
            begin(random.nextInt(4) == 0 ? always : any, Qos.EXACTLY_ONCE);
        }
    }

    /** Subscribes again to something at QoS 0, or at QoS 2 after that. */
    void changeQos() {
        if (mayAsk() && always.isOn() && random.nextBoolean()) {
            begin(random.nextBoolean() ? always : any(), Qos.AT_MOST_ONCE);
        } else if (mayAsk() && !always.isOff()) {
            begin(always, Qos.EXACTLY_ONCE);
        }
    }

    /** One of those that are no shared subscriptions. */
    private Interest any() {
        List<Interest> ordinary = sometimes.stream()
                .filter(interest -> !SharedFilter.isShared(interest.filter))
                .toList();
        return ordinary.isEmpty() ? always : ordinary.get(random.nextInt(ordinary.size()));
    }

    private boolean mayAsk() {
        return accepted && !isAsking();
    }

    /** Subscribes to what it always subscribes to, at another QoS than before. */
    void subscribe(Qos qos) {
        assertThat(mayAsk()).isTrue();
        begin(always, qos);
    }

    /** Ends what it always subscribes to. */
    void unsubscribe() {
        assertThat(mayAsk()).isTrue();
        int packetId = freePacketId();
        always.asksToEnd(packetId);
        send(new Unsubscribe(packetId, List.of(always.filter)));
    }

    private void begin(Interest interest, Qos qos) {
        subscribe(interest, 0, new Subscribe.Request(interest.filter, qos, false, false, 0));
    }

    void subscribe(Interest interest, int subscriptionId, Subscribe.Request request) {
        int packetId = freePacketId();
        interest.asksToBegin(packetId, request.qos());
        send(new Subscribe(packetId, subscriptionId, List.of(request)));
    }

    void onSubAck(int packetId, ReasonCode code) {
        trace.say(() -> clientId + " gets SUBACK " + packetId + " " + code);
        asked(packetId).answered(!code.isError());
    }

    private Interest asked(int packetId) {
        return Stream.concat(Stream.of(always), sometimes.stream())
                .filter(interest -> interest.isAsked(packetId))
                .findFirst()
                .orElseThrow(() -> new AssertionError("an answer has a question"));
    }

    void onUnsubAck(int packetId) {
        trace.say(() -> clientId + " gets UNSUBACK " + packetId);
        asked(packetId).answered(true);
    }

    /** Sends one of the acknowledgements that it owes. */
    boolean acknowledge() {
        if (!accepted || toSend.isEmpty()) {
            return false;
        }
        Acknowledgement ack = toSend.remove(random.nextInt(toSend.size()));
        if (ack.type() == PacketType.PUBACK || ack.type() == PacketType.PUBCOMP) {
            inUse.remove(ack.packetId());
        }
        send(ack);
        return true;
    }

    /** The messages whose PUBREC has not come. */
    List<Published> unanswered() {
        return unanswered;
    }

    private void owe(PacketType type, int packetId) {
        toSend.add(new Acknowledgement(type, packetId, ReasonCode.SUCCESS));
    }

    void onPublish(Message message, Qos qos, Form form, int packetId) {
        String text = SimulatedLogs.text(message);
        trace.say(() -> clientId + " gets " + text + " " + qos + " " + packetId);
        last = form;
        if (qos == Qos.AT_MOST_ONCE) {
            arrived(message.topic(), text);
            live.add(text);
            return;
        }
        if (form.dup()) {
            again.add(text);
        }
        assertThat(inUse.add(packetId))
                .as("a packet id is in use once [MQTT-2.2.1-4]")
                .isTrue();
        assertThat(inUse.size()).as("Receive Maximum [MQTT-3.3.4-9]").isLessThanOrEqualTo(RECEIVE_MAXIMUM);
        if (qos == Qos.AT_LEAST_ONCE) {
            arrived(message.topic(), text);
            owe(PacketType.PUBACK, packetId);
            return;
        }
        String known = unreleasedByBroker.put(packetId, text);
        if (known == null) {
            arrived(message.topic(), text);
        } else {
            assertThat(text).as("the packet id of a QoS 2 message is stable").isEqualTo(known);
        }
        owe(PacketType.PUBREC, packetId);
    }

    private void arrived(String topic, String text) {
        received.computeIfAbsent(topic, ignored -> new ArrayList<>()).add(text);
    }

    void onAcknowledgement(PacketType type, int packetId, ReasonCode code) {
        trace.say(() -> clientId + " gets " + type + " " + packetId + " " + code);
        switch (type) {
            case PUBREL -> {
                unreleasedByBroker.remove(packetId);
                owe(PacketType.PUBCOMP, packetId);
            }
            case PUBCOMP -> unreleased.removeIf(sent -> sent.packetId == packetId);
            default -> answered(type, packetId, code);
        }
    }

    private void answered(PacketType type, int packetId, ReasonCode code) {
        if (type == PacketType.PUBREC && unreleased.stream().anyMatch(sent -> sent.packetId == packetId)) {
            return;
        }
        Qos qos = type == PacketType.PUBREC ? Qos.EXACTLY_ONCE : Qos.AT_LEAST_ONCE;
        Published sent = unanswered.stream()
                .filter(waiting -> waiting.qos == qos)
                .findFirst()
                .orElseThrow(() -> new AssertionError("an answer has a question"));
        assertThat(packetId)
                .as("answers come in the order of the publishes [MQTT-4.6.0-2] [MQTT-4.6.0-3]")
                .isEqualTo(sent.packetId);
        unanswered.remove(sent);
        if (code.isError()) {
            return;
        }
        sent.answered();
        if (type == PacketType.PUBREC) {
            unreleased.add(sent);
            owe(PacketType.PUBREL, packetId);
        }
    }

    /** The broker has ended the connection. */
    void onClosed(Link link) {
        if (connection != null && connection.link.equals(link)) {
            gone();
        }
    }

    /** Says goodbye, and does not wait to be heard. */
    void disconnect() {
        if (accepted && connection != null) {
            send(Disconnect.NORMAL);
            if (connection.will != null) {
                connection.will.cancelled();
            }
        }
    }

    /** Loses its connection; the broker hears of it when the simulation says so, or when this client comes back. */
    @Nullable
    SimulatedConnection lose() {
        SimulatedConnection lost = connection;
        if (lost != null) {
            gone();
            lost.link.clientCloses();
        }
        return lost;
    }

    private void gone() {
        trace.say(() -> clientId + " is disconnected");
        connection = null;
        accepted = false;
        toSend.clear();
        inUse.clear();
        always.lost();
        sometimes.forEach(Interest::lost);
    }

    boolean receiveOne() {
        return connection != null && connection.link.deliverOne();
    }

    boolean passOne() {
        return connection != null && connection.takeOne();
    }
}
