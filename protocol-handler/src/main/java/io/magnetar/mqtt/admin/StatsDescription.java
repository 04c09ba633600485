package io.magnetar.mqtt.admin;

import io.magnetar.mqtt.admin.StreamTopics.Traffic;
import io.magnetar.mqtt.counters.StreamTraffic;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamInspection.Kept;
import io.magnetar.stream.StreamInspection.Span;
import io.magnetar.stream.StreamLimits;
import io.magnetar.stream.retention.RetentionPolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a stream keeps and what goes on there, in words for JSON. Stateless. */
final class StatsDescription {
    private static final double MICROS_PER_MILLI = 1_000;

    private StatsDescription() {}

    /**
     * What is known of a stream.
     *
     * @param traffic as {@link StreamTopics#traffic} gives it
     * @param storage by partition
     * @param lags by subscription, how many messages it has not acknowledged
     * @param here what this broker has counted; nothing when the stream is counted with others
     */
    record Known(
            StreamDefinition stream,
            RetentionPolicy policy,
            Traffic traffic,
            List<Span> spans,
            List<PartitionStorage> storage,
            Map<String, Long> lags,
            Optional<StreamTraffic> here) {}

    static Map<String, Object> of(Known known) {
        List<Span> spans = known.spans();
        Map<String, Object> stats = new LinkedHashMap<>();
        stats.put("namespace", known.stream().namespace().name());
        stats.put("name", known.stream().name());
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
        stats.put("retention", of(known.policy()));
        StreamLimits limits = known.stream().limits();
        if (limits.isLimited()) {
            stats.put("limits", StreamDescription.of(limits));
            stats.put("fullPercent", fullPercent(known));
        }
        stats.putAll(known.traffic().whole());
        hold(known, stats);
        known.here().ifPresent(traffic -> stats.put("broker", here(traffic)));
        List<Map<String, Object>> partitions = new ArrayList<>();
        for (int partition = 0; partition < spans.size(); partition++) {
            partitions.add(partition(
                    spans.get(partition), known.storage().get(partition).bytes()));
        }
        stats.put("partitions", partitions);
        return stats;
    }

    static Map<String, Object> of(RetentionPolicy policy) {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("minutes", policy.minutes());
        described.put("megabytes", policy.megabytes());
        described.put("from", policy.from().words());
        return described;
    }

    /** How full the fullest partition is. */
    private static long fullPercent(Known known) {
        StreamLimits limits = known.stream().limits();
        long most = 0;
        for (int partition = 0; partition < known.spans().size(); partition++) {
            most = Math.max(most, percent(known.spans().get(partition).messages(), limits.maxMessages()));
            most = Math.max(most, percent(known.storage().get(partition).bytes(), limits.maxBytes()));
        }
        return most;
    }

    private static long percent(long used, long limit) {
        return limit == StreamLimits.UNLIMITED ? 0 : Math.round(100.0 * Math.max(0, used) / limit);
    }

    /** Tells of each subscription what it has not acknowledged, and names those that keep what the stream no longer does. */
    private static void hold(Known known, Map<String, Object> stats) {
        List<Map<String, Object>> subscriptions = new ArrayList<>();
        List<String> holding = new ArrayList<>();
        known.traffic().subscriptions().forEach((name, given) -> {
            Map<String, Object> subscription = new LinkedHashMap<>(given);
            long lag = known.lags().getOrDefault(name, Kept.UNNUMBERED);
            if (lag != Kept.UNNUMBERED) {
                subscription.put("lag", lag);
            }
            long held = heldBytes(known, name);
            subscription.put("heldBytes", held);
            subscriptions.add(subscription);
            if (held > 0) {
                holding.add(name);
            }
        });
        stats.put("subscriptions", subscriptions);
        stats.put("storageHeldBy", holding);
    }

    private static long heldBytes(Known known, String subscription) {
        long held = 0;
        for (int partition = 0; partition < known.spans().size(); partition++) {
            Kept oldest = known.spans().get(partition).oldest();
            PartitionStorage storage = known.storage().get(partition);
            long first = oldest == null ? storage.current() : oldest.position().ledgerId();
            held += storage.heldBytes(subscription, Math.max(first, storage.firstWithin(keptBytes(known))));
        }
        return held;
    }

    /** How much of each partition stays without a subscription, with the ledger in which that begins. */
    private static long keptBytes(Known known) {
        RetentionPolicy policy = known.policy();
        if (policy.minutes() == 0 || policy.megabytes() == 0) {
            return 0;
        }
        StreamLimits limits = known.stream().limits();
        long byPolicy = policy.megabytes() == RetentionPolicy.UNLIMITED ? Long.MAX_VALUE : policy.megabytes() << 20;
        long byLimit =
                limits.maxBytes() == StreamLimits.UNLIMITED || limits.rejects() ? Long.MAX_VALUE : limits.maxBytes();
        return Math.min(byPolicy, byLimit);
    }

    private static Map<String, Object> here(StreamTraffic traffic) {
        Map<String, Object> here = new LinkedHashMap<>();
        here.put("messagesIn", traffic.messagesIn());
        here.put("bytesIn", traffic.bytesIn());
        here.put("messagesOut", traffic.messagesOut());
        here.put("bytesOut", traffic.bytesOut());
        here.put("messagesWithoutKey", traffic.messagesWithoutKey());
        Map<String, Object> failed = new LinkedHashMap<>();
        for (StreamFailure.Kind kind : StreamFailure.Kind.values()) {
            if (traffic.failures(kind) > 0) {
                failed.put(kind.name().toLowerCase(Locale.ROOT), traffic.failures(kind));
            }
        }
        here.put("appendsFailed", failed);
        if (traffic.appends().sum() > 0) {
            Map<String, Object> millis = new LinkedHashMap<>();
            for (int percent : new int[] {50, 99}) {
                millis.put("p" + percent, traffic.appends().percentileMicros(percent) / MICROS_PER_MILLI);
            }
            here.put("appendMillisAtMost", millis);
        }
        return here;
    }

    private static Stream<Long> ends(List<Span> spans, Function<Span, @Nullable Kept> end) {
        return spans.stream().map(end).filter(Objects::nonNull).map(Kept::storedMillis);
    }

    private static Map<String, Object> partition(Span span, long bytes) {
        Map<String, Object> partition = new LinkedHashMap<>();
        partition.put("partition", span.partition());
        if (span.messages() != Kept.UNNUMBERED) {
            partition.put("messages", span.messages());
        }
        partition.put("storedBytes", bytes);
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
