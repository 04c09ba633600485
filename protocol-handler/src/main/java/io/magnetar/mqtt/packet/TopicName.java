package io.magnetar.mqtt.packet;

/** A valid topic name, with the bytes that it has on the wire. Thread: immutable. */
public interface TopicName {
    String value();

    /** The name in UTF-8; never written to. */
    byte[] utf8();
}
