package io.magnetar.mqtt.auth;

/** So many clients are being asked about that one more is refused. */
public final class OverloadedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public OverloadedException(String reason) {
        super(reason, null, false, false);
    }
}
