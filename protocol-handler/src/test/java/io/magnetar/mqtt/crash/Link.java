package io.magnetar.mqtt.crash;

import io.magnetar.message.Message;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.codec.SharedPublish;
import io.magnetar.mqtt.flow.Hold;
import io.magnetar.mqtt.flow.PacketSink;
import io.magnetar.mqtt.packet.Auth;
import io.magnetar.mqtt.packet.ConnAck;
import io.magnetar.mqtt.packet.Packet;
import io.magnetar.mqtt.packet.PacketType;
import io.magnetar.mqtt.packet.ReasonCode;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The wire between a client and its connection: packets travel in their order, each direction at its own pace, and what is on the
 * wire when it is cut is lost.
 */
final class Link implements PacketSink {
    /** What the client is to do with a packet that has arrived. */
    private final ArrayDeque<Runnable> toClient = new ArrayDeque<>();

    final ArrayDeque<Packet> toBroker = new ArrayDeque<>();
    private final DurableClient client;
    private final Runnable onBrokersEnd;
    /** The broker writes no more; the client still reads what was written. */
    private boolean brokerClosed;

    private boolean clientClosed;

    /** @param onBrokersEnd the broker has ended the connection, at the owner */
    Link(DurableClient client, Runnable onBrokersEnd) {
        this.client = client;
        this.onBrokersEnd = onBrokersEnd;
    }

    /** Lets one packet arrive at the client. */
    boolean deliverOne() {
        Runnable packet = toClient.poll();
        if (packet != null) {
            packet.run();
        }
        return packet != null;
    }

    boolean isClientClosed() {
        return clientClosed;
    }

    /** The client, or the network, ends it. */
    void clientCloses() {
        clientClosed = true;
        toClient.clear();
    }

    private void write(Runnable arrival) {
        if (!brokerClosed && !clientClosed) {
            toClient.add(arrival);
        }
    }

    private void brokerCloses() {
        write(() -> client.onClosed(this));
        brokerClosed = true;
        toBroker.clear();
        onBrokersEnd.run();
    }

    @Override
    public void connAck(ConnAck connAck) {
        write(() -> client.onConnAck(connAck));
    }

    void refuse(ReasonCode code) {
        write(() -> client.onConnAck(ConnAck.refused(code, null)));
        brokerCloses();
    }

    @Override
    public void acknowledge(PacketType type, int packetId, ReasonCode code, @Nullable String reason) {
        write(() -> client.onAcknowledgement(type, packetId, code));
    }

    @Override
    public void subAck(int packetId, List<ReasonCode> codes, @Nullable String reason) {
        write(() -> client.onSubAck(packetId, codes.get(0)));
    }

    @Override
    public void unsubAck(int packetId, List<ReasonCode> codes, @Nullable String reason) {
        write(() -> client.onUnsubAck(packetId));
    }

    @Override
    public boolean publish(SharedPublish publish, Qos qos, int packetId) {
        return publish(publish.message(), qos, false, false, packetId, new int[0]);
    }

    @Override
    public boolean publish(Message message, Qos qos, boolean dup, boolean retain, int packetId, int[] subscriptionIds) {
        write(() -> client.onPublish(
                message,
                qos,
                new DurableClient.Form(
                        dup, retain, Arrays.stream(subscriptionIds).boxed().toList()),
                packetId));
        return true;
    }

    @Override
    public boolean isWritable() {
        return toClient.size() < 20;
    }

    @Override
    public void disconnect(ReasonCode code, @Nullable String reason) {
        if (code != ReasonCode.SESSION_TAKEN_OVER) {
            throw new AssertionError("disconnected: " + code + ", " + reason);
        }
        brokerCloses();
    }

    @Override
    public void close() {
        brokerCloses();
    }

    @Override
    public void auth(Auth auth) {}

    @Override
    public void pingResp() {}

    @Override
    public void holdReading(Hold reason, boolean hold) {}
}
