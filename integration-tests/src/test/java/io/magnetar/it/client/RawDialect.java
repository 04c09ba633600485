package io.magnetar.it.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.magnetar.it.client.RawClient.RawPacket;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/** The packets of one MQTT version, for tests of what is the same in both. */
public enum RawDialect {
    MQTT_3_1_1(4),
    MQTT_5(5);

    private final int level;

    RawDialect(int level) {
        this.level = level;
    }

    private byte[] noProperties() {
        return this == MQTT_5 ? new byte[] {0} : new byte[0];
    }

    /**
     * CONNECT with a keep-alive of a minute.
     *
     * @param flags the connect flags: 2 is a clean start
     * @param payload what follows the client identifier
     */
    public byte[] connect(String clientId, int flags, Object... payload) {
        return RawClient.packet(0x10, "MQTT", level, flags, 0, 60, noProperties(), clientId, RawClient.bytes(payload));
    }

    public byte[] connect(String clientId) {
        return connect(clientId, 2);
    }

    /** CONNECT that takes up a session, which then outlives its connection. */
    public byte[] connectDurable(String clientId) {
        return this == MQTT_5 ? DurableClients.connect5(clientId, false, 60) : connect(clientId, 0);
    }

    /** The parts of a will that {@link #connect} takes. */
    public byte[] will(String topic, String payload) {
        return RawClient.bytes(noProperties(), topic, payload);
    }

    /** PUBLISH; a packet identifier of 0 is left out. */
    public byte[] publish(int flags, String topic, int packetId, String payload) {
        return publish(flags, topic, packetId, payload.getBytes(UTF_8));
    }

    public byte[] publish(int flags, String topic, int packetId, byte[] payload) {
        return RawClient.packet(
                0x30 | flags, topic, packetId == 0 ? new byte[0] : id(packetId), noProperties(), payload);
    }

    /** SUBSCRIBE to filters, each with the QoS behind it. */
    public byte[] subscribe(int packetId, Object... filters) {
        return RawClient.packet(0x82, id(packetId), noProperties(), RawClient.bytes(filters));
    }

    public byte[] unsubscribe(int packetId, Object... filters) {
        return RawClient.packet(0xA2, id(packetId), noProperties(), RawClient.bytes(filters));
    }

    /** PUBACK, PUBREC, PUBREL or PUBCOMP. */
    public static byte[] acknowledge(int type, int packetId) {
        return RawClient.packet(type << 4 | (type == 6 ? 2 : 0), id(packetId));
    }

    private static byte[] id(int packetId) {
        return RawClient.bytes(packetId >> 8, packetId & 0xFF);
    }

    /** The payload of a PUBLISH. */
    public byte[] payload(RawPacket publish) {
        int start = this == MQTT_5
                ? publish.publishProperties().end()
                : 2 + publish.topic().getBytes(UTF_8).length + (publish.qos() == 0 ? 0 : 2);
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        payload.write(publish.body(), start, publish.body().length - start);
        return payload.toByteArray();
    }

    public String text(RawPacket publish) {
        return new String(payload(publish), UTF_8);
    }

    /** The codes of SUBACK or UNSUBACK. */
    public List<Integer> codes(RawPacket ack) {
        List<Integer> codes = new ArrayList<>();
        for (int i = this == MQTT_5 ? ack.properties(2).end() : 2; i < ack.body().length; i++) {
            codes.add(ack.at(i));
        }
        return codes;
    }

    /** The code of CONNACK that says that the client identifier is refused. */
    public int identifierRejected() {
        return this == MQTT_5 ? 0x85 : 2;
    }
}
