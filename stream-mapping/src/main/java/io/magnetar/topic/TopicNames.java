package io.magnetar.topic;

import java.util.Optional;

/** The rules of topic names, MQTT 5.0 section 4.7. */
public final class TopicNames {
    /** The longest topic name or filter, in bytes of UTF-8 [MQTT-4.7.3-3]. */
    public static final int MAX_UTF8_BYTES = 65_535;

    /**
     * The most levels of a topic name or filter. The specification knows no limit; an index of topics, which has a place for each
     * level, needs one.
     */
    public static final int MAX_LEVELS = 1_024;

    private TopicNames() {}

    /**
     * Says what is wrong with a topic name, or nothing when it is good. It has at least one character [MQTT-4.7.3-1], no
     * wildcard [MQTT-3.3.2-2] and no null character [MQTT-4.7.3-2].
     */
    public static Optional<String> problem(String topic) {
        if (topic.isEmpty()) {
            return Optional.of("a topic name has at least one character");
        }
        for (int i = 0; i < topic.length(); i++) {
            char c = topic.charAt(i);
            if (c == '+' || c == '#') {
                return Optional.of("a topic name has no wildcard, this one has '" + c + "'");
            }
            if (c == 0) {
                return Optional.of("a topic name has no null character");
            }
        }
        return levels(topic) > MAX_LEVELS
                ? Optional.of("a topic name has at most " + MAX_LEVELS + " levels")
                : Optional.empty();
    }

    /** How many levels a topic name or filter has, at least 1. */
    public static int levels(String topic) {
        int levels = 1;
        for (int slash = topic.indexOf('/'); slash >= 0; slash = topic.indexOf('/', slash + 1)) {
            levels++;
        }
        return levels;
    }
}
