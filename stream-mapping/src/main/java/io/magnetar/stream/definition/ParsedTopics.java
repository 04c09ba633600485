package io.magnetar.stream.definition;

import io.magnetar.stream.definition.StreamDefinitionParser.Parsed;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the topics of one namespace say, each read once while it stays as it is: the expression of a key is worth compiling once.
 *
 * <p>Thread: the catalog's.
 */
final class ParsedTopics {
    private final Map<StreamTopic, Parsed> parsed = new HashMap<>();

    Parsed of(StreamTopic topic) {
        return parsed.computeIfAbsent(topic, StreamDefinitionParser::parse);
    }

    /** Forgets all topics but these. */
    void retain(List<StreamTopic> topics) {
        parsed.keySet().retainAll(topics);
    }
}
