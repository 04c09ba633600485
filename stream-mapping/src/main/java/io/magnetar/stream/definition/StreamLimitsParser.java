package io.magnetar.stream.definition;

import io.magnetar.stream.StreamLimits;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the properties of a topic that limit what each partition of the stream holds. Stateless. */
final class StreamLimitsParser {
    static final String MAX_MESSAGES = "mqtt.max-messages";
    static final String MAX_BYTES = "mqtt.max-bytes";
    static final String WHEN_FULL = "mqtt.when-full";

    private static final String DROP_OLDEST = "drop-oldest";
    private static final String REJECT = "reject";
    private static final Pattern MESSAGES = Pattern.compile("[1-9]\\d{0,17}");
    private static final Pattern BYTES = Pattern.compile("([1-9]\\d{0,11})([KMGT]?)");
    private static final String UNITS = "KMGT";
    private static final int UNIT_BITS = 10;

    private StreamLimitsParser() {}

    static StreamLimits parse(Map<String, String> properties, List<String> problems) {
        long maxMessages = messages(properties.get(MAX_MESSAGES), problems);
        long maxBytes = bytes(properties.get(MAX_BYTES), problems);
        String whenFull = properties.getOrDefault(WHEN_FULL, DROP_OLDEST);
        if (!whenFull.equals(DROP_OLDEST) && !whenFull.equals(REJECT)) {
            problems.add(WHEN_FULL + "=" + whenFull + " is neither " + DROP_OLDEST + " nor " + REJECT);
        }
        boolean limited = properties.containsKey(MAX_MESSAGES) || properties.containsKey(MAX_BYTES);
        if (properties.containsKey(WHEN_FULL) && !limited) {
            problems.add(
                    WHEN_FULL + " says what becomes of what does not fit: set " + MAX_MESSAGES + " or " + MAX_BYTES);
        }
        return new StreamLimits(maxMessages, maxBytes, whenFull.equals(REJECT));
    }

    private static long messages(@Nullable String value, List<String> problems) {
        if (value == null) {
            return StreamLimits.UNLIMITED;
        }
        if (MESSAGES.matcher(value).matches()) {
            return Long.parseLong(value);
        }
        problems.add(MAX_MESSAGES + "=" + value + " is no number of messages from 1 on");
        return StreamLimits.UNLIMITED;
    }

    private static long bytes(@Nullable String value, List<String> problems) {
        if (value == null) {
            return StreamLimits.UNLIMITED;
        }
        Matcher parts = BYTES.matcher(value);
        if (parts.matches()) {
            int unit = parts.group(2).isEmpty() ? 0 : UNITS.indexOf(parts.group(2)) + 1;
            long bytes = Long.parseLong(parts.group(1));
            if (bytes <= Long.MAX_VALUE >> (unit * UNIT_BITS)) {
                return bytes << (unit * UNIT_BITS);
            }
        }
        problems.add(MAX_BYTES + "=" + value + " is no number of bytes from 1 on, such as 500M or 20G");
        return StreamLimits.UNLIMITED;
    }
}
