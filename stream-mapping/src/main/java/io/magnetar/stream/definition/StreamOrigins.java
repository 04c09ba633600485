package io.magnetar.stream.definition;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Remembers with how many partitions the streams of one namespace were first served here, whatever is written down later. A topic
 * that was deleted and created again is another topic.
 *
 * <p>Thread: the catalog's.
 */
final class StreamOrigins {
    private record Origin(int partitions, long createdAtMillis) {}

    private final Map<String, Origin> origins = new HashMap<>();

    /** A topic is served, with a number of partitions if this is the first time. @return with how many it was first served */
    int served(StreamTopic topic, int partitions) {
        Origin now = new Origin(partitions, topic.createdAtMillis());
        Origin first = origins.merge(
                topic.pulsarTopic(),
                now,
                (known, seen) -> known.createdAtMillis == seen.createdAtMillis ? known : seen);
        return first.partitions;
    }

    /** With how many partitions the topic was first served; nothing when it was not. */
    OptionalInt partitions(StreamTopic topic) {
        Origin origin = origins.get(topic.pulsarTopic());
        return origin != null && origin.createdAtMillis == topic.createdAtMillis()
                ? OptionalInt.of(origin.partitions)
                : OptionalInt.empty();
    }

    /** Forgets all topics but these. */
    void retain(List<StreamTopic> topics) {
        Set<String> names = topics.stream().map(StreamTopic::pulsarTopic).collect(Collectors.toSet());
        origins.keySet().retainAll(names);
    }
}
