package io.magnetar.mqtt.share;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.message.Message;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.codec.SharedPublish;
import io.magnetar.mqtt.flow.Hold;
import io.magnetar.mqtt.flow.PacketSink;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.owner.Owner;
import io.magnetar.mqtt.packet.Acknowledgement;
import io.magnetar.mqtt.packet.Auth;
import io.magnetar.mqtt.packet.ConnAck;
import io.magnetar.mqtt.packet.PacketType;
import io.magnetar.mqtt.packet.ProtocolVersion;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.packet.Subscribe;
import io.magnetar.mqtt.publish.OutboundPublishFlow;
import io.magnetar.mqtt.routing.LiveSubscriber;
import io.magnetar.mqtt.routing.RoutingTable;
import io.magnetar.mqtt.routing.Target;
import io.magnetar.mqtt.session.SimulatedOwner;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A client that is a member of groups: the way out to it as it is, and what it got and owes. */
final class SimulatedMember implements PacketSink, LiveSubscriber {
    /** A message that came, by its text; a text begins with the QoS that it was published with. */
    record Got(String text, Qos qos) {}

    private final SimulatedOwner owner;
    private final ProtocolVersion version;
    private final int receiveMaximum;
    private final OutboundPublishFlow outbound;
    private final SharedSubscriptions subscriptions;

    final List<Got> got = new ArrayList<>();
    /** What it got and has not answered with PUBACK or PUBREC, by packet id. */
    final Map<Integer, Got> unacknowledged = new LinkedHashMap<>();
    /** The packet that it owes next for each packet id. */
    private final Map<Integer, PacketType> owed = new LinkedHashMap<>();

    boolean writable = true;
    boolean ended;

    SimulatedMember(
            SessionServices services,
            SharedGroups groups,
            RoutingTable routing,
            SimulatedOwner owner,
            ProtocolVersion version,
            int receiveMaximum) {
        this.owner = owner;
        this.version = version;
        this.receiveMaximum = receiveMaximum;
        this.outbound = new OutboundPublishFlow(services, this, receiveMaximum);
        this.subscriptions = new SharedSubscriptions(groups, routing, this, outbound, null);
    }

    void join(String filter, Qos qos) {
        owner.runAs(() -> subscriptions.subscribe(new Subscribe.Request(filter, qos, false, false, 0), 0));
    }

    void leave(String filter) {
        owner.runAs(() -> assertThat(subscriptions.unsubscribe(filter)).isTrue());
    }

    /** The session ends, as when the connection does. */
    void end() {
        ended = true;
        owner.runAs(() -> {
            subscriptions.end();
            outbound.end();
        });
    }

    void block() {
        writable = false;
    }

    void unblock() {
        writable = true;
        owner.runAs(outbound::drain);
    }

    /** Takes a message that is only for this client. */
    void deliverPlain(SharedPublish publish, Target target) {
        owner.runAs(() -> outbound.deliver(publish, target));
    }

    /** Sends one of the acknowledgements that it owes. */
    boolean acknowledge(Random random) {
        if (owed.isEmpty() || ended) {
            return false;
        }
        int packetId = new ArrayList<>(owed.keySet()).get(random.nextInt(owed.size()));
        PacketType type = Objects.requireNonNull(owed.get(packetId));
        if (type != PacketType.PUBREC) {
            owed.remove(packetId);
        }
        unacknowledged.remove(packetId);
        owner.runAs(() -> outbound.onAcknowledgement(new Acknowledgement(type, packetId, ReasonCode.SUCCESS)));
        return true;
    }

    @Override
    public void acknowledge(PacketType type, int packetId, ReasonCode code, @Nullable String reason) {
        assertThat(type).isEqualTo(PacketType.PUBREL);
        owed.put(packetId, PacketType.PUBCOMP);
    }

    @Override
    public boolean publish(SharedPublish publish, Qos qos, int packetId) {
        assertThat(publish.hasForm(version, packetId != 0))
                .as("only prepared forms are shared")
                .isTrue();
        return publish(publish.message(), qos, false, false, packetId, new int[0]);
    }

    @Override
    public boolean publish(Message message, Qos qos, boolean dup, boolean retain, int packetId, int[] subscriptionIds) {
        assertThat(ended).as("nothing is sent to a session that has ended").isFalse();
        Got came = new Got(new String(message.payload(), UTF_8), qos);
        got.add(came);
        if (qos != Qos.AT_MOST_ONCE) {
            assertThat(owed).as("a packet id is in use once [MQTT-2.2.1-4]").doesNotContainKey(packetId);
            owed.put(packetId, qos == Qos.AT_LEAST_ONCE ? PacketType.PUBACK : PacketType.PUBREC);
            unacknowledged.put(packetId, came);
            assertThat(owed.size()).as("Receive Maximum [MQTT-3.3.4-9]").isLessThanOrEqualTo(receiveMaximum);
        }
        return true;
    }

    @Override
    public boolean isWritable() {
        return writable;
    }

    @Override
    public Owner owner() {
        return owner;
    }

    @Override
    public ProtocolVersion version() {
        return version;
    }

    @Override
    public void deliver(SharedPublish publish, Target target) {
        outbound.deliver(publish, target);
    }

    @Override
    public void connAck(ConnAck connAck) {}

    @Override
    public void subAck(int packetId, List<ReasonCode> codes, @Nullable String reason) {}

    @Override
    public void unsubAck(int packetId, List<ReasonCode> codes, @Nullable String reason) {}

    @Override
    public void pingResp() {}

    @Override
    public void auth(Auth auth) {}

    @Override
    public void holdReading(Hold reason, boolean hold) {}

    @Override
    public void disconnect(ReasonCode code, @Nullable String reason) {
        throw new AssertionError("nobody breaks the protocol here");
    }

    @Override
    public void close() {
        throw new AssertionError("nobody breaks the protocol here");
    }
}
