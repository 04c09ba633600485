package io.magnetar.mqtt.trace;

import io.magnetar.tenancy.Namespace;

/**
 * What an operator wants to see.
 *
 * @param seconds for how long
 * @param payload how payloads are shown
 * @param payloadBytes how many bytes of each
 */
public record TraceRequest(Namespace namespace, String clientId, int seconds, Payload payload, int payloadBytes) {
    /** How payloads are shown. */
    public enum Payload {
        NONE,
        HEX,
        TEXT
    }
}
