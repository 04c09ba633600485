package io.magnetar.mqtt.packet;

/** The control packet types, MQTT 5.0 table 2-1. The ordinal is the value on the wire. */
public enum PacketType {
    RESERVED,
    CONNECT,
    CONNACK,
    PUBLISH,
    PUBACK,
    PUBREC,
    PUBREL,
    PUBCOMP,
    SUBSCRIBE,
    SUBACK,
    UNSUBSCRIBE,
    UNSUBACK,
    PINGREQ,
    PINGRESP,
    DISCONNECT,
    AUTH;

    private static final PacketType[] VALUES = values();

    /** @param value 0 to 15 */
    public static PacketType of(int value) {
        return VALUES[value];
    }

    /** The first byte of such a packet, with the flags that the specification fixes, MQTT 5.0 table 2-2. */
    public int header() {
        int flags = this == PUBREL || this == SUBSCRIBE || this == UNSUBSCRIBE ? 2 : 0;
        return (ordinal() << 4) | flags;
    }
}
