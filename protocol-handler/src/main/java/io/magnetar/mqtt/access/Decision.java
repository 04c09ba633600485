package io.magnetar.mqtt.access;

/** What is decided on a request. Thread: immutable. */
public enum Decision {
    ALLOWED,
    DENIED,
    /** Somebody who is to be asked does not answer: not allowed, but perhaps later. */
    UNAVAILABLE,
    /** Not decided yet: somebody is to be asked. */
    PENDING
}
