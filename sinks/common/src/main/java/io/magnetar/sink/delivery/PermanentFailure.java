package io.magnetar.sink.delivery;

import java.io.Serial;

/** The destination will not take it until someone changes something. */
public final class PermanentFailure extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    public PermanentFailure(String reason) {
        super(reason);
    }

    public String reason() {
        return String.valueOf(getMessage());
    }
}
