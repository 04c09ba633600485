package io.magnetar.sink.influxdb;

/**
 * What clients have chosen, for messages: in quotes, control characters escaped, cut to 100 characters.
 *
 * <p>Thread: any, it has no state.
 */
final class Quoted {
    private static final int LENGTH = 100;

    private Quoted() {}

    static String of(String text) {
        StringBuilder quoted = new StringBuilder("'");
        text.chars().limit(LENGTH).forEach(c -> {
            if (c < ' ' || c == 0x7f) {
                quoted.append(String.format("\\u%04x", c));
            } else {
                quoted.append((char) c);
            }
        });
        return quoted.append(text.length() > LENGTH ? "...'" : "'").toString();
    }
}
