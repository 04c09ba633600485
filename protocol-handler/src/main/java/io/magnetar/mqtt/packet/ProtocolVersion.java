package io.magnetar.mqtt.packet;

/** The MQTT versions that are spoken here. */
public enum ProtocolVersion {
    MQTT_3_1(3, "MQIsdp"),
    MQTT_3_1_1(4, "MQTT"),
    MQTT_5(5, "MQTT");

    private final int level;
    private final String protocolName;

    ProtocolVersion(int level, String protocolName) {
        this.level = level;
        this.protocolName = protocolName;
    }

    /** The protocol level byte of CONNECT. */
    public int level() {
        return level;
    }

    /** The protocol name of CONNECT. */
    public String protocolName() {
        return protocolName;
    }

    public boolean isMqtt5() {
        return this == MQTT_5;
    }

    /** MQTT 3.1, which left much open that its successors forbid. */
    public boolean isMqtt31() {
        return this == MQTT_3_1;
    }
}
