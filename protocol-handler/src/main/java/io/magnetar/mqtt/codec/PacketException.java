package io.magnetar.mqtt.codec;

import io.magnetar.mqtt.packet.ReasonCode;

/** A packet that breaks the protocol. Carries what to tell the client; has no stack trace, for a client can cause it at will. */
public final class PacketException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ReasonCode reasonCode;
    private final String problem;

    public PacketException(ReasonCode reasonCode, String problem) {
        super(problem, null, false, false);
        this.reasonCode = reasonCode;
        this.problem = problem;
    }

    static PacketException malformed(String problem) {
        return new PacketException(ReasonCode.MALFORMED_PACKET, problem);
    }

    static PacketException protocolError(String problem) {
        return new PacketException(ReasonCode.PROTOCOL_ERROR, problem);
    }

    /** What is wrong and what would be right, for the client. */
    public String problem() {
        return problem;
    }

    public ReasonCode reasonCode() {
        return reasonCode;
    }
}
