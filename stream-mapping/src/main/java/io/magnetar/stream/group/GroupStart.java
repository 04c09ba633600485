package io.magnetar.stream.group;

import io.magnetar.stream.MessageIdSyntax;
import io.magnetar.stream.Position;
import io.magnetar.stream.StartPosition;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where a group began, as properties of its Pulsar subscription. Pulsar's own cursor begins with a whole entry, and somewhat before a
 * time; what is before the start is acknowledged without being delivered.
 *
 * <pre>
 *   mqtt.from    nothing older is the group's: epoch microseconds, 0 for all
 *   mqtt.after   the message ids after which it begins, at most one of each partition, with spaces between
 * </pre>
 *
 * Stateless.
 */
final class GroupStart {
    private static final String FROM = "mqtt.from";
    private static final String AFTER = "mqtt.after";
    private static final Pattern SPACE = Pattern.compile(" ");

    private GroupStart() {}

    static Map<String, String> properties(StartPosition.Resume start) {
        String after = new TreeMap<>(start.after())
                .entrySet().stream()
                        .filter(partition -> partition.getValue().entryId() >= 0)
                        .map(partition -> MessageIdSyntax.write(partition.getKey(), partition.getValue()))
                        .collect(Collectors.joining(" "));
        return Map.of(FROM, Long.toString(start.fromMicros()), AFTER, after);
    }

    /** Whether a Pulsar subscription with these properties is a group's. */
    static boolean isIn(@Nullable Map<String, String> properties) {
        return properties != null && properties.containsKey(FROM);
    }

    /** The start that properties tell; of a subscription that has none of ours, for it was made with the Pulsar API, all that it has. */
    static StartPosition.Resume parse(Map<String, String> properties) {
        Map<Integer, Position> after = new HashMap<>();
        SPACE.splitAsStream(properties.getOrDefault(AFTER, ""))
                .flatMap(id -> MessageIdSyntax.parse(id).stream())
                .forEach(id -> after.put(id.partition(), id.position()));
        return new StartPosition.Resume(micros(properties.getOrDefault(FROM, "0")), after);
    }

    private static long micros(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return 0; // Somebody has changed the property.
        }
    }
}
