package io.magnetar.mqtt.session;

import io.magnetar.mqtt.packet.ReasonCode;

/** A CONNECT that cannot have the session that it wants. */
public final class SessionRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final ReasonCode code;

    SessionRefusedException(ReasonCode code, String reason) {
        super(reason, null, false, false);
        this.code = code;
    }

    public ReasonCode code() {
        return code;
    }
}
