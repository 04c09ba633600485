package io.magnetar.stream.key;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The keys that a stream can have, by the names that {@code mqtt.key} gives them. Stateless. */
public final class StreamKeys {
    /** The key of a stream that names none. */
    public static final StreamKey DEFAULT = new ClientIdKey();

    /** The longest key, in characters: that of the longest topic. */
    public static final int MAX_LENGTH = 65_535;

    static final String CLIENT_ID = "client-id";
    static final String USERNAME = "username";
    static final String TOPIC = "topic";
    static final String USER_PROPERTY = "user-property:";
    static final String PAYLOAD = "payload:";
    static final String CEL = "cel:";

    private static final Pattern TOPIC_LEVEL = Pattern.compile("topic\\[(\\d{1,3})]");
    private static final int MAX_LEVEL = 127;
    private static final String LEGAL = "client-id, username, topic, topic[N] with N from 0 to " + MAX_LEVEL
            + ", user-property:NAME, payload:$.JSON.PATH or cel:EXPRESSION";

    private StreamKeys() {}

    /** What a name of a key says. */
    public sealed interface Parsed {}

    /** @param key its {@code toString} is the name again, and keys of one name are equal */
    public record Valid(StreamKey key) implements Parsed {}

    /** @param reason what is wrong and what would be right */
    public record Refused(String reason) implements Parsed {}

    public static Parsed parse(String name) {
        try {
            StreamKey key = key(name);
            return key == null ? new Refused("it is " + LEGAL) : new Valid(key);
        } catch (IllegalArgumentException e) {
            return new Refused(String.valueOf(e.getMessage()));
        }
    }

    private static @Nullable StreamKey key(String name) {
        if (name.startsWith(USER_PROPERTY) && name.length() > USER_PROPERTY.length()) {
            return new UserPropertyKey(name.substring(USER_PROPERTY.length()));
        }
        if (name.startsWith(PAYLOAD)) {
            return JsonPathKey.compile(name.substring(PAYLOAD.length()));
        }
        if (name.startsWith(CEL)) {
            return CelKey.compile(name.substring(CEL.length()));
        }
        return switch (name) {
            case CLIENT_ID -> DEFAULT;
            case USERNAME -> new UsernameKey();
            case TOPIC -> new TopicKey();
            default -> topicLevel(name);
        };
    }

    private static @Nullable StreamKey topicLevel(String name) {
        Matcher level = TOPIC_LEVEL.matcher(name);
        if (!level.matches() || Integer.parseInt(level.group(1)) > MAX_LEVEL) {
            return null;
        }
        return new TopicLevelKey(Integer.parseInt(level.group(1)));
    }

    /** The text as a key, or null when it cannot be one. */
    static @Nullable String legal(@Nullable String text) {
        return text == null || text.isEmpty() || text.length() > MAX_LENGTH ? null : text;
    }
}
