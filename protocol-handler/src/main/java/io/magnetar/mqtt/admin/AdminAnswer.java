package io.magnetar.mqtt.admin;

import java.util.Map;

/**
 * What a request is answered.
 *
 * <p>Thread: immutable.
 *
 * @param status HTTP's code
 * @param body what is written as JSON
 */
public record AdminAnswer(int status, Map<String, Object> body) {
    static final int OK = 200;
    static final int CREATED = 201;
    static final int ACCEPTED = 202;

    static AdminAnswer ok(Map<String, Object> body) {
        return new AdminAnswer(OK, body);
    }

    static AdminAnswer error(int status, String reason) {
        return new AdminAnswer(status, Map.of("error", reason));
    }
}
