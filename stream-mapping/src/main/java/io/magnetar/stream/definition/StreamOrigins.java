package io.magnetar.stream.definition;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Remembers with how many partitions the topics of one namespace were first seen. A topic that was deleted and created again
 * is another topic.
 *
 * <p>Thread: the catalog's.
 */
final class StreamOrigins {
    private record Origin(int partitions, long createdAtMillis) {}

    private final Map<String, Origin> origins = new HashMap<>();

    /** The number of partitions that the topic had when it was first seen. */
    int partitions(StreamTopic topic) {
        Origin now = new Origin(topic.partitions(), topic.createdAtMillis());
        Origin first = origins.merge(
                topic.pulsarTopic(),
                now,
                (known, seen) -> known.createdAtMillis == seen.createdAtMillis ? known : seen);
        return first.partitions;
    }

    /** Forgets all topics but these. */
    void retain(List<StreamTopic> topics) {
        Set<String> names = topics.stream().map(StreamTopic::pulsarTopic).collect(Collectors.toSet());
        origins.keySet().retainAll(names);
    }
}
