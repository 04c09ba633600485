package io.magnetar.mqtt.flow;

/** Why a client is not read for a while. Each reason holds its reading by itself. Thread: immutable. */
public enum Hold {
    /** What it has published waits for logs, or for the event loops of those who get it. */
    PUBLISHES,
    /** What it has subscribed to, or unsubscribed from, waits to be recorded. */
    SUBSCRIPTIONS,
    /** Somebody is asked whether it may publish or subscribe to what it wants. */
    RIGHTS
}
