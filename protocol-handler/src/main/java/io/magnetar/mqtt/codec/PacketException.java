package io.magnetar.mqtt.codec;

import io.magnetar.mqtt.packet.ProtocolVersion;
import io.magnetar.mqtt.packet.ReasonCode;
import org.jspecify.annotations.Nullable;

/** A packet that breaks the protocol. Carries what to tell the client; has no stack trace, for a client can cause it at will. */
public final class PacketException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ReasonCode reasonCode;
    private final String problem;
    private final @Nullable ProtocolVersion connectVersion;

    public PacketException(ReasonCode reasonCode, String problem) {
        this(reasonCode, problem, null);
    }

    private PacketException(ReasonCode reasonCode, String problem, @Nullable ProtocolVersion connectVersion) {
        super(problem, null, false, false);
        this.reasonCode = reasonCode;
        this.problem = problem;
        this.connectVersion = connectVersion;
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

    /** The same, of a CONNECT. */
    PacketException inConnect(ProtocolVersion version) {
        return new PacketException(reasonCode, problem, version);
    }

    /** The version that a broken CONNECT names, in which it can be answered; null when it is not of a CONNECT. */
    public @Nullable ProtocolVersion connectVersion() {
        return connectVersion;
    }
}
