package io.magnetar.mqtt.auth.fetch;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * What a server has answered.
 *
 * <p>Thread: immutable.
 *
 * @param status of HTTP
 */
public record Answer(int status, byte[] body) {
    public String text() {
        return new String(body, UTF_8);
    }

    /** Without the body, which may hold secrets. */
    @Override
    public String toString() {
        return "HTTP " + status + " with " + body.length + " bytes";
    }
}
