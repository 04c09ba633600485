package io.magnetar.mqtt.transport;

/** Told to a connection when what lies under it comes to its end in another way than with the socket. */
public enum TransportEnd {
    /** The client has ended it in order. */
    CLOSED,
    /** The client broke the rules, and was told so where there is a way to. */
    BROKEN
}
