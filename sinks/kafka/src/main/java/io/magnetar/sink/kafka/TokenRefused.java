package io.magnetar.sink.kafka;

import java.io.IOException;
import java.io.Serial;

/** The authorization server gives no token to who asks like this; waiting does not change that. */
final class TokenRefused extends IOException {
    @Serial
    private static final long serialVersionUID = 1;

    TokenRefused(String message) {
        super(message);
    }
}
