package io.magnetar.mqtt.namespace;

import io.magnetar.mqtt.packet.ReasonCode;

/** A namespace that is not opened, for a reason that does not pass by itself. */
public final class NamespaceRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final ReasonCode code;
    private final boolean missing;

    private NamespaceRefusedException(ReasonCode code, String reason, boolean missing) {
        super(reason, null, false, false);
        this.code = code;
        this.missing = missing;
    }

    static NamespaceRefusedException missing(String reason) {
        return new NamespaceRefusedException(ReasonCode.NOT_AUTHORIZED, reason, true);
    }

    static NamespaceRefusedException refused(ReasonCode code, String reason) {
        return new NamespaceRefusedException(code, reason, false);
    }

    /** The code for CONNACK. */
    public ReasonCode code() {
        return code;
    }

    /** Pulsar has no such tenant. */
    public boolean isMissing() {
        return missing;
    }
}
