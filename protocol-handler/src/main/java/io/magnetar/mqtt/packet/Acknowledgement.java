package io.magnetar.mqtt.packet;

/**
 * PUBACK, PUBREC, PUBREL or PUBCOMP.
 *
 * @param packetId 1 to 65,535
 * @param reasonCode the code on the wire; 0 in MQTT 3.1.1
 */
public record Acknowledgement(PacketType type, int packetId, int reasonCode) implements Packet {
    public boolean isError() {
        return reasonCode >= 0x80;
    }
}
