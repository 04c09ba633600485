package io.magnetar.mqtt.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.message.Message;
import io.magnetar.message.MessageProperties;
import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.access.OpenAccess;
import io.magnetar.mqtt.codec.PacketException;
import io.magnetar.mqtt.codec.SharedPublish;
import io.magnetar.mqtt.flow.Hold;
import io.magnetar.mqtt.flow.PacketSink;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.packet.Acknowledgement;
import io.magnetar.mqtt.packet.Auth;
import io.magnetar.mqtt.packet.ConnAck;
import io.magnetar.mqtt.packet.Connect;
import io.magnetar.mqtt.packet.Packet;
import io.magnetar.mqtt.packet.PacketType;
import io.magnetar.mqtt.packet.ProtocolVersion;
import io.magnetar.mqtt.packet.Publish;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.packet.Subscribe;
import io.magnetar.mqtt.packet.TopicName;
import io.magnetar.mqtt.routing.RouteCache;
import io.magnetar.mqtt.share.SharedGroups;
import io.magnetar.tenancy.Namespace;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The other end of a session: publishes, acknowledges in its own time, sends again, and checks what may never happen on every
 * packet that it gets.
 */
final class SimulatedClient implements PacketSink {
    /** A publish of this client that is not answered yet. */
    record Sent(int packetId, Qos qos, String text) {}

    private record Name(String value) implements TopicName {
        @Override
        public byte[] utf8() {
            return value.getBytes(StandardCharsets.UTF_8);
        }
    }

    final String clientId;
    final SimulatedOwner owner;
    final Session session;
    private final int receiveMaximum;

    /** Publishes in their order, until PUBACK or PUBREC. */
    final List<Sent> unanswered = new ArrayList<>();
    /** QoS 2 publishes between PUBREC and PUBCOMP. */
    final List<Sent> unreleased = new ArrayList<>();
    /** Texts whose publish was answered without an error. */
    final Set<String> promised = new HashSet<>();
    /** Texts whose publish was answered with an error. */
    final Set<String> refused = new HashSet<>();
    /** What was received, by topic, in order. */
    final Map<String, List<String>> received = new LinkedHashMap<>();
    /** Packet ids on their way to this client, with the packet that it owes next. */
    private final Map<Integer, PacketType> owed = new LinkedHashMap<>();

    private int lastPacketId;

    SimulatedClient(
            SessionServices services,
            SharedGroups groups,
            SimulatedOwner owner,
            Namespace namespace,
            String clientId,
            int receiveMaximum) {
        this.clientId = clientId;
        this.owner = owner;
        this.receiveMaximum = receiveMaximum;
        Connect connect = new Connect(
                ProtocolVersion.MQTT_5,
                clientId,
                true,
                0,
                0,
                new Connect.Reception(receiveMaximum, 100_000, 0, true, false),
                null,
                null,
                null,
                null,
                List.of());
        this.session = new Session(
                new Session.Surroundings(
                        services,
                        groups,
                        new RouteCache(services.routing().table(namespace), 128),
                        OpenAccess.of(new Publisher(namespace, clientId, null), owner)),
                this,
                owner,
                connect,
                null);
    }

    static String text(byte[] payload) {
        return new String(payload, StandardCharsets.UTF_8);
    }

    private void send(Packet packet) {
        owner.runAs(() -> {
            try {
                session.on(packet);
            } catch (PacketException e) {
                throw new AssertionError(clientId + ": " + e.problem(), e);
            }
        });
    }

    void subscribe(String filter, Qos qos) {
        send(new Subscribe(1, 0, List.of(new Subscribe.Request(filter, qos, false, false, 0))));
    }

    void publish(String topic, Qos qos, String text) {
        int packetId = qos == Qos.AT_MOST_ONCE ? 0 : nextPacketId();
        if (packetId != 0) {
            unanswered.add(new Sent(packetId, qos, topic + " " + text));
        }
        send(packet(topic, qos, packetId, text, false));
    }

    /** Sends a QoS 2 publish again that has not been released, as after a lost PUBREC. */
    void publishAgain(Random random) {
        List<Sent> again = new ArrayList<>(unreleased);
        unanswered.stream().filter(sent -> sent.qos() == Qos.EXACTLY_ONCE).forEach(again::add);
        if (!again.isEmpty()) {
            Sent sent = again.get(random.nextInt(again.size()));
            String[] parts = sent.text().split(" ", 2);
            send(packet(parts[0], sent.qos(), sent.packetId(), parts[1], true));
        }
    }

    /** Releases a QoS 2 publish that was received. */
    boolean release(Random random) {
        if (unreleased.isEmpty()) {
            return false;
        }
        Sent sent = unreleased.remove(random.nextInt(unreleased.size()));
        send(new Acknowledgement(PacketType.PUBREL, sent.packetId(), ReasonCode.SUCCESS));
        return true;
    }

    /** Sends one of the acknowledgements that it owes. */
    boolean acknowledge(Random random) {
        if (owed.isEmpty()) {
            return false;
        }
        int packetId = new ArrayList<>(owed.keySet()).get(random.nextInt(owed.size()));
        PacketType type = Objects.requireNonNull(owed.get(packetId));
        if (type != PacketType.PUBREC) {
            owed.remove(packetId);
        }
        send(new Acknowledgement(type, packetId, ReasonCode.SUCCESS));
        return true;
    }

    private int nextPacketId() {
        lastPacketId++;
        return lastPacketId;
    }

    private static Publish packet(String topic, Qos qos, int packetId, String text, boolean dup) {
        return new Publish(
                new Name(topic),
                qos,
                dup,
                false,
                packetId,
                MessageProperties.NONE,
                text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void acknowledge(PacketType type, int packetId, ReasonCode code, @Nullable String reason) {
        switch (type) {
            case PUBACK, PUBREC -> answered(type, packetId, code);
            case PUBREL -> {
                assertThat(owed).as("PUBREL answers a PUBREC").containsEntry(packetId, PacketType.PUBREC);
                owed.put(packetId, PacketType.PUBCOMP);
            }
            default -> assertThat(type).isEqualTo(PacketType.PUBCOMP);
        }
    }

    private void answered(PacketType type, int packetId, ReasonCode code) {
        boolean repeated =
                type == PacketType.PUBREC && unreleased.stream().anyMatch(sent -> sent.packetId() == packetId);
        if (repeated) {
            return;
        }
        Sent sent = unanswered.remove(0);
        assertThat(packetId)
                .as("answers come in the order of the publishes [MQTT-4.6.0-2]")
                .isEqualTo(sent.packetId());
        assertThat(type).isEqualTo(sent.qos() == Qos.EXACTLY_ONCE ? PacketType.PUBREC : PacketType.PUBACK);
        if (code.isError()) {
            refused.add(sent.text());
            return;
        }
        promised.add(sent.text());
        if (type == PacketType.PUBREC) {
            unreleased.add(sent);
        }
    }

    @Override
    public boolean publish(SharedPublish publish, Qos qos, int packetId) {
        return publish(publish.message(), qos, false, false, packetId, new int[0]);
    }

    @Override
    public boolean publish(Message message, Qos qos, boolean dup, boolean retain, int packetId, int[] subscriptionIds) {
        if (qos != Qos.AT_MOST_ONCE) {
            assertThat(owed).as("a packet id is in use once [MQTT-2.2.1-4]").doesNotContainKey(packetId);
            owed.put(packetId, qos == Qos.AT_LEAST_ONCE ? PacketType.PUBACK : PacketType.PUBREC);
            assertThat(owed.size()).as("Receive Maximum [MQTT-3.3.4-9]").isLessThanOrEqualTo(receiveMaximum);
        }
        received.computeIfAbsent(message.topic(), topic -> new ArrayList<>()).add(text(message.payload()));
        return true;
    }

    @Override
    public boolean isWritable() {
        return true;
    }

    @Override
    public void connAck(ConnAck connAck) {}

    @Override
    public void subAck(int packetId, List<ReasonCode> codes, @Nullable String reason) {
        assertThat(codes).allMatch(code -> !code.isError());
    }

    @Override
    public void unsubAck(int packetId, List<ReasonCode> codes, @Nullable String reason) {}

    @Override
    public void auth(Auth auth) {}

    @Override
    public void pingResp() {}

    @Override
    public void holdReading(Hold reason, boolean hold) {}

    @Override
    public void disconnect(ReasonCode code, @Nullable String reason) {
        throw new AssertionError(clientId + " was disconnected: " + code + " " + reason);
    }

    @Override
    public void close() {
        throw new AssertionError(clientId + " was closed");
    }
}
