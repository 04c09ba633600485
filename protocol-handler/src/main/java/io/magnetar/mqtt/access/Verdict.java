package io.magnetar.mqtt.access;

/** What one source says to a request. Thread: immutable. */
public enum Verdict {
    ALLOW,
    DENY,
    /** It has nothing to say: the next source is asked. */
    NONE,
    /** It does not know without asking somebody. */
    ASK
}
