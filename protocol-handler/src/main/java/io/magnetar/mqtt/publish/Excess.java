package io.magnetar.mqtt.publish;

import io.magnetar.mqtt.counters.Drop;
import io.magnetar.mqtt.packet.ReasonCode;

/**
 * What a client may not publish because of what its namespace may use. MQTT 5 clients are told 0x97 in PUBACK or PUBREC; before MQTT 5
 * the connection ends without an answer, so that the client sends again; QoS 0 is dropped and counted.
 */
enum Excess {
    /** It has waited too long for its namespace's share. */
    RATE(Drop.RATE_LIMITED, ReasonCode.MESSAGE_RATE_TOO_HIGH, "the clients of the namespace send more than they may"),
    PAYLOAD(
            Drop.PAYLOAD_TOO_LARGE,
            ReasonCode.PACKET_TOO_LARGE,
            "a payload is larger than one of the namespace may be");

    private final Drop drop;
    private final ReasonCode end;
    private final String reason;

    Excess(Drop drop, ReasonCode end, String reason) {
        this.drop = drop;
        this.end = end;
        this.reason = reason;
    }

    /** As what a QoS 0 message is counted. */
    Drop drop() {
        return drop;
    }

    /** Why a connection ends. */
    ReasonCode end() {
        return end;
    }

    String reason() {
        return reason;
    }
}
