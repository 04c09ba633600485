package io.magnetar.mqtt.access;

import io.magnetar.topic.TopicFilter;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The topics that a rule is about: a topic filter, maybe with placeholders, or behind {@code eq} one text.
 *
 * <p>A placeholder that the client has no value for, or one with {@code +}, {@code #} or {@code /} in it, makes a pattern that is about
 * nothing: no client can widen a rule by what it calls itself. Neither can one begin a topic with {@code $}.
 *
 * <p>Thread: immutable.
 *
 * @param text without {@code eq}
 * @param literal it is about the topic or filter that is written so, and no other
 * @param fixed the filter, when it is the same for all clients
 */
record TopicPattern(String text, boolean literal, @Nullable TopicFilter fixed) {
    private static final String LITERAL = "eq ";
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([^}]*)}");

    /** Says what is wrong with a pattern, or nothing when it is good. */
    static Optional<String> problem(String written) {
        String text = written.startsWith(LITERAL) ? written.substring(LITERAL.length()) : written;
        Matcher placeholders = PLACEHOLDER.matcher(text);
        while (placeholders.find()) {
            if (!Placeholder.isName(placeholders.group(1))) {
                return Optional.of("the topic '" + written + "' has the placeholder " + placeholders.group()
                        + ": there are " + Placeholder.names());
            }
        }
        return TopicFilter.problem(placeholders.replaceAll("x"))
                .map(problem -> "the topic '" + written + "': " + problem);
    }

    /** @param written one without a {@link #problem} */
    static TopicPattern parse(String written) {
        boolean literal = written.startsWith(LITERAL);
        String text = literal ? written.substring(LITERAL.length()) : written;
        boolean isFixed = !PLACEHOLDER.matcher(text).find();
        return new TopicPattern(text, literal, isFixed ? new TopicFilter(text) : null);
    }

    /**
     * What it is about.
     *
     * @param grants whether the client gets anything by that
     * @return null for nothing
     */
    @Nullable
    TopicFilter of(Subject client, boolean grants) {
        return fixed == null ? resolved(client, grants) : fixed;
    }

    private @Nullable TopicFilter resolved(Subject client, boolean grants) {
        StringBuilder resolved = new StringBuilder();
        Matcher placeholders = PLACEHOLDER.matcher(text);
        while (placeholders.find()) {
            String value = Placeholder.value(placeholders.group(1), client, grants);
            if (value == null || !fits(value) || (placeholders.start() == 0 && value.startsWith("$"))) {
                return null;
            }
            placeholders.appendReplacement(resolved, Matcher.quoteReplacement(value));
        }
        placeholders.appendTail(resolved);
        return new TopicFilter(resolved.toString());
    }

    private static boolean fits(String value) {
        return !value.isEmpty()
                && value.indexOf('+') < 0
                && value.indexOf('#') < 0
                && value.indexOf('/') < 0
                && value.indexOf(0) < 0;
    }

    /** As it was written. */
    @Override
    public String toString() {
        return literal ? LITERAL + text : text;
    }
}
