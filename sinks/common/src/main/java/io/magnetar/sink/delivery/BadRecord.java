package io.magnetar.sink.delivery;

import java.io.Serial;

/** A record that the destination will never take, however often it is tried. It has no stack trace: it is an answer. */
public final class BadRecord extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    /**
     * @param reason for people, without the payload
     */
    public BadRecord(String reason) {
        super(reason, null, false, false);
    }

    public String reason() {
        return String.valueOf(getMessage());
    }
}
