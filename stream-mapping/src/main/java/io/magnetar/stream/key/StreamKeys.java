package io.magnetar.stream.key;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The keys that a stream can have, by the names that {@code mqtt.key} gives them. Stateless. */
public final class StreamKeys {
    /** What {@link #parse} understands, for a message to who wrote something else. */
    public static final String LEGAL = "client-id, topic, or topic[N] with N from 0 to 127";

    /** The key of a stream that names none. */
    public static final StreamKey DEFAULT = new ClientIdKey();

    static final String CLIENT_ID = "client-id";
    static final String TOPIC = "topic";

    private static final Pattern TOPIC_LEVEL = Pattern.compile("topic\\[(\\d{1,3})]");
    private static final int MAX_LEVEL = 127;

    private StreamKeys() {}

    /** The key of that name, whose {@code toString} is the name again; nothing when there is none. */
    public static Optional<StreamKey> parse(String name) {
        if (name.equals(CLIENT_ID)) {
            return Optional.of(DEFAULT);
        }
        if (name.equals(TOPIC)) {
            return Optional.of(new TopicKey());
        }
        Matcher level = TOPIC_LEVEL.matcher(name);
        if (!level.matches()) {
            return Optional.empty();
        }
        return Optional.of(Integer.parseInt(level.group(1)))
                .filter(number -> number <= MAX_LEVEL)
                .map(TopicLevelKey::new);
    }
}
