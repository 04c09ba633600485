package io.magnetar.stream;

import io.magnetar.topic.TopicFilter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * A group that shares the reading of a stream: a durable Pulsar subscription on the stream's topic.
 *
 * <p>Thread: immutable.
 *
 * @param name the group's name, at least one character
 * @param filter what the group wants of the stream: the stream's own filter or one that it covers
 */
public record StreamGroup(StreamDefinition stream, String name, TopicFilter filter) {
    /** Between the name and a narrower filter; no name has it. */
    private static final char NARROWED = '+';

    /**
     * The name of the Pulsar subscription: the group's, with the filter behind it when that is narrower than the stream's, for a
     * member that does not want a message acknowledges it.
     */
    public String subscription() {
        return filter.equals(stream.filter())
                ? name
                : name + NARROWED + URLEncoder.encode(filter.value(), StandardCharsets.UTF_8);
    }
}
