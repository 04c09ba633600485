package io.magnetar.mqtt.admin;

import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamInspection.Kept;
import io.magnetar.stream.StreamInspection.Span;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a stream keeps and what goes on there, in words for JSON. Stateless. */
final class StatsDescription {
    private StatsDescription() {}

    /** @param traffic as {@link StreamTopics#traffic} gives it */
    static Map<String, Object> of(StreamDefinition stream, Map<String, Object> traffic, List<Span> spans) {
        Map<String, Object> stats = new LinkedHashMap<>();
        stats.put("namespace", stream.namespace().name());
        stats.put("name", stream.name());
        if (spans.stream().noneMatch(span -> span.messages() == Kept.UNNUMBERED)) {
            stats.put("messages", spans.stream().mapToLong(Span::messages).sum());
        }
        putTime(
                stats,
                "oldest",
                ends(spans, Span::oldest).min(Comparator.naturalOrder()).orElse(null));
        putTime(
                stats,
                "newest",
                ends(spans, Span::newest).max(Comparator.naturalOrder()).orElse(null));
        stats.putAll(traffic);
        List<Map<String, Object>> partitions = new ArrayList<>();
        spans.forEach(span -> partitions.add(partition(span)));
        stats.put("partitions", partitions);
        return stats;
    }

    private static Stream<Long> ends(List<Span> spans, Function<Span, @Nullable Kept> end) {
        return spans.stream().map(end).filter(Objects::nonNull).map(Kept::storedMillis);
    }

    private static Map<String, Object> partition(Span span) {
        Map<String, Object> partition = new LinkedHashMap<>();
        partition.put("partition", span.partition());
        if (span.messages() != Kept.UNNUMBERED) {
            partition.put("messages", span.messages());
        }
        Kept oldest = span.oldest();
        Kept newest = span.newest();
        putTime(partition, "oldest", oldest == null ? null : oldest.storedMillis());
        putTime(partition, "newest", newest == null ? null : newest.storedMillis());
        return partition;
    }

    private static void putTime(Map<String, Object> into, String name, @Nullable Long epochMillis) {
        if (epochMillis != null) {
            into.put(name, Instant.ofEpochMilli(epochMillis).toString());
        }
    }
}
