package io.magnetar.mqtt.packet;

/**
 * DISCONNECT, MQTT 5.0 section 3.14.
 *
 * @param reasonCode the client's reason
 * @param sessionExpirySeconds the session expiry interval that it asks for now, or {@link #NOT_GIVEN}
 */
public record Disconnect(ReasonCode reasonCode, long sessionExpirySeconds) implements Packet {
    public static final long NOT_GIVEN = -1;
    public static final Disconnect NORMAL = new Disconnect(ReasonCode.SUCCESS, NOT_GIVEN);

    /** Only a normal disconnection cancels the will [MQTT-3.14.4-3]. */
    public boolean cancelsWill() {
        return reasonCode == ReasonCode.SUCCESS;
    }
}
