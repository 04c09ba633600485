package io.magnetar.mqtt.admin;

import java.util.Optional;

/**
 * Which part of a list is asked for.
 *
 * <p>Thread: immutable.
 *
 * @param after the name that the part before ended with; empty for the first one
 * @param limit how many there are in it at most
 */
record Page(String after, int limit) {
    private static final int USUAL = 100;
    static final int MOST = 1_000;

    static Page of(Call call) {
        Optional<String> limit = call.request().parameter("limit");
        return new Page(
                call.request().parameter("after").orElse(""),
                limit.map(Page::limit).orElse(USUAL));
    }

    private static int limit(String written) {
        try {
            int limit = Integer.parseInt(written);
            if (limit >= 1 && limit <= MOST) {
                return limit;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw RefusedRequest.bad("limit=" + written + " is no number from 1 to " + MOST);
    }
}
