package io.magnetar.mqtt.packet;

/** PINGREQ, MQTT 5.0 section 3.12. */
public record PingReq() implements Packet {
    public static final PingReq INSTANCE = new PingReq();
}
