package io.magnetar.mqtt.packet;

/**
 * PUBACK, PUBREC, PUBREL or PUBCOMP.
 *
 * @param packetId 1 to 65,535
 * @param reasonCode success before MQTT 5
 */
public record Acknowledgement(PacketType type, int packetId, ReasonCode reasonCode) implements Packet {
    public boolean isError() {
        return reasonCode.isError();
    }
}
