package io.magnetar.mqtt.quota;

/**
 * How much may flow in one direction.
 *
 * <p>Thread: immutable.
 *
 * @param messages PUBLISH packets
 * @param bytes of all packets from clients, of PUBLISH packets to them
 */
public record Rates(Rate messages, Rate bytes) {
    public static final Rates UNLIMITED = new Rates(Rate.UNLIMITED, Rate.UNLIMITED);

    public boolean isUnlimited() {
        return messages.isUnlimited() && bytes.isUnlimited();
    }
}
