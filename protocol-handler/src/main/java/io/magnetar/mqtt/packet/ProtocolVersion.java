package io.magnetar.mqtt.packet;

/** The MQTT versions that are spoken here. */
public enum ProtocolVersion {
    MQTT_3_1_1(4),
    MQTT_5(5);

    private final int level;

    ProtocolVersion(int level) {
        this.level = level;
    }

    /** The protocol level byte of CONNECT. */
    public int level() {
        return level;
    }

    public boolean isMqtt5() {
        return this == MQTT_5;
    }
}
