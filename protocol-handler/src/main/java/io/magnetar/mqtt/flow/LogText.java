package io.magnetar.mqtt.flow;

import java.util.Locale;

/** Text that clients chose, as it may stand in a log: in quotes, without control characters, cut. Stateless. */
public final class LogText {
    private static final int LONGEST = 256;

    private LogText() {}

    public static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        int end = Math.min(text.length(), LONGEST);
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (Character.isISOControl(c) || Character.isSurrogate(c) || c == '\u2028' || c == '\u2029') {
                quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append(end < text.length() ? "...\"" : "\"").toString();
    }
}
