package io.magnetar.mqtt.access;

/** What a client wants to do with a topic. Thread: immutable. */
public enum Action {
    PUBLISH,
    SUBSCRIBE
}
