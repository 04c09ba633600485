package io.magnetar.mqtt.session;

import io.magnetar.mqtt.packet.ReasonCode;
import org.jspecify.annotations.Nullable;

/** A CONNECT that cannot have the session that it wants. */
public final class SessionRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final ReasonCode code;

    public SessionRefusedException(ReasonCode code, String reason) {
        super(reason, null, false, false);
        this.code = code;
    }

    static SessionRefusedException unavailable(@Nullable String reason) {
        return new SessionRefusedException(ReasonCode.SERVER_UNAVAILABLE, "the session cannot be kept now: " + reason);
    }

    public ReasonCode code() {
        return code;
    }
}
