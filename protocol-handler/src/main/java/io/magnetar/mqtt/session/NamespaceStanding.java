package io.magnetar.mqtt.session;

/** What a broker that starts finds of a namespace that sessions are recorded in. */
public enum NamespaceStanding {
    /** It is served: its sessions go on. */
    OPEN,
    /** It is not served by this configuration: its sessions are passed over, and their records stay. */
    CLOSED,
    /** Its tenant was deleted: its sessions have ended. */
    GONE
}
