package io.magnetar.mqtt.admin;

/** A request that is not done; the message says what was wrong and what would be right. */
public final class RefusedRequest extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public static final int BAD_REQUEST = 400;
    public static final int UNAUTHORIZED = 401;
    public static final int FORBIDDEN = 403;
    public static final int NOT_FOUND = 404;
    public static final int METHOD_NOT_ALLOWED = 405;
    public static final int CONFLICT = 409;
    public static final int UNAVAILABLE = 503;
    public static final int TIMEOUT = 504;

    private final int status;

    /** @param status HTTP's code */
    public RefusedRequest(int status, String reason) {
        super(reason, null, false, false);
        this.status = status;
    }

    static RefusedRequest bad(String reason) {
        return new RefusedRequest(BAD_REQUEST, reason);
    }

    static RefusedRequest missing(String reason) {
        return new RefusedRequest(NOT_FOUND, reason);
    }

    int status() {
        return status;
    }
}
