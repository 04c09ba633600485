package io.magnetar.mqtt.packet;

/** AUTH, MQTT 5.0 section 3.15. */
public record Auth(int reasonCode) implements Packet {}
