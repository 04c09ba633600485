package io.magnetar.stream.definition;

import io.magnetar.tenancy.Namespace;
import io.magnetar.topic.TopicFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What streams are like that are made because somebody subscribes.
 *
 * <p>Thread: immutable.
 *
 * @param properties of the topic, without the filter
 */
public record StreamTemplate(int partitions, Map<String, String> properties) {
    public static final StreamTemplate PLAIN = new StreamTemplate(1, Map.of());

    private static final int MAX_PARTITIONS = 1_024;
    private static final TopicFilter ANY = new TopicFilter("#");

    public StreamTemplate {
        properties = Map.copyOf(properties);
    }

    /** What is wrong with it, and what would be right. */
    public Optional<String> problem() {
        if (partitions < 1 || partitions > MAX_PARTITIONS) {
            return Optional.of("partitions is a number from 1 to " + MAX_PARTITIONS);
        }
        List<String> own = new ArrayList<>(StreamDefinitionParser.BROKERS);
        own.add(StreamDefinitionParser.FILTER);
        own.retainAll(properties.keySet());
        if (!own.isEmpty()) {
            return Optional.of(String.join(", ", own) + " is each stream's own");
        }
        return StreamDefinitionParser.parse(topic(new Namespace("public"), "template", ANY))
                        instanceof StreamDefinitionParser.Refused refused
                ? Optional.of(refused.reason())
                : Optional.empty();
    }

    /** The topic of a stream. */
    public StreamTopic topic(Namespace namespace, String name, TopicFilter filter) {
        Map<String, String> all = new HashMap<>(properties);
        all.put(StreamDefinitionParser.FILTER, filter.value());
        return new StreamTopic(namespace, name, partitions, all).pinned(partitions);
    }
}
