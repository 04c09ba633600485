package io.magnetar.stream.definition;

import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamDefinition.Life;
import io.magnetar.stream.StreamLimits;
import io.magnetar.stream.key.StreamKey;
import io.magnetar.stream.key.StreamKeys;
import io.magnetar.topic.TopicFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads the {@code mqtt.*} properties of a topic, and names everything that is wrong with them at once. Stateless. */
public final class StreamDefinitionParser {
    static final String FILTER = "mqtt.filter";
    static final String KEY = "mqtt.key";
    static final String ORDER_BUCKETS = "mqtt.order-buckets";
    static final String LAST_VALUE = "mqtt.last-value";
    /** Written by the brokers, and never changed after; brokers of a version that does not know it pass it over. */
    public static final String PARTITIONS = "magnetar.partitions";

    private static final String PREFIX = "mqtt.";
    private static final List<String> ADMINS = List.of(
            FILTER,
            KEY,
            ORDER_BUCKETS,
            LAST_VALUE,
            StreamLimitsParser.MAX_MESSAGES,
            StreamLimitsParser.MAX_BYTES,
            StreamLimitsParser.WHEN_FULL);
    /** The stream that this one is being filled from. */
    public static final String BACKFILL = "mqtt.backfill";
    /** From what receive time on a stream that was filled has its messages by itself, epoch microseconds. */
    public static final String LIVE_FROM = "mqtt.live-from";

    /** What brokers write, and no admin. */
    public static final List<String> BROKERS = List.of(PARTITIONS, BACKFILL, LIVE_FROM);

    private static final String KNOWN = String.join(", ", ADMINS);
    private static final int DEFAULT_ORDER_BUCKETS = 16;
    private static final int MAX_ORDER_BUCKETS = 1_024;

    private StreamDefinitionParser() {}

    /** What a topic's properties say. */
    public sealed interface Parsed {}

    /** A stream. */
    public record Valid(StreamDefinition stream) implements Parsed {}

    /** @param reason all that is wrong, and what would be right */
    public record Refused(String reason) implements Parsed {}

    /** Reads a topic's definition. Properties without the prefix {@code mqtt.} are the admin's own. */
    public static Parsed parse(StreamTopic topic) {
        List<String> problems = new ArrayList<>();
        if (!topic.persistent()) {
            problems.add("a stream is a persistent topic, this one is non-persistent and keeps nothing");
        }
        if (topic.partitions() < 1) {
            problems.add("a stream has 1 partition or more, this topic has " + topic.partitions());
        }
        Map<String, String> properties = topic.properties();
        Optional<TopicFilter> filter = filter(properties.get(FILTER), problems);
        StreamKey key = key(properties.get(KEY), problems);
        int orderBuckets = orderBuckets(properties.get(ORDER_BUCKETS), problems);
        StreamLimits limits = StreamLimitsParser.parse(properties, problems);
        boolean lastValue = lastValue(properties.get(LAST_VALUE), problems);
        int partitions = partitions(topic, properties.get(PARTITIONS), problems);
        long liveFrom = liveFrom(properties.get(LIVE_FROM), problems);
        unknown(properties, problems);
        if (!problems.isEmpty() || filter.isEmpty()) {
            return new Refused(String.join("; ", problems));
        }
        StreamDefinition stream = new StreamDefinition(
                topic.namespace(), topic.name(), filter.get(), key, partitions, orderBuckets, lastValue);
        return new Valid(
                stream.limited(limits).living(new Life(topic.createdAtMillis(), properties.get(BACKFILL), liveFrom)));
    }

    private static Optional<TopicFilter> filter(@Nullable String value, List<String> problems) {
        if (value == null) {
            problems.add(FILTER + " is missing: set it to the MQTT topic filter that the stream keeps, as in " + FILTER
                    + "=sensors/+/readings");
            return Optional.empty();
        }
        Optional<String> problem = TopicFilter.problem(value);
        if (problem.isPresent()) {
            problems.add(FILTER + "=" + value + " is no topic filter: " + problem.get());
            return Optional.empty();
        }
        return Optional.of(new TopicFilter(value));
    }

    private static StreamKey key(@Nullable String value, List<String> problems) {
        if (value == null) {
            return StreamKeys.DEFAULT;
        }
        StreamKeys.Parsed parsed = StreamKeys.parse(value);
        if (parsed instanceof StreamKeys.Valid valid) {
            return valid.key();
        }
        problems.add(KEY + "=" + value + " is no key: " + ((StreamKeys.Refused) parsed).reason());
        return StreamKeys.DEFAULT;
    }

    private static int orderBuckets(@Nullable String value, List<String> problems) {
        if (value == null) {
            return DEFAULT_ORDER_BUCKETS;
        }
        if (value.matches("\\d{1,4}") && Integer.parseInt(value) <= MAX_ORDER_BUCKETS) {
            return Integer.parseInt(value);
        }
        problems.add(ORDER_BUCKETS + "=" + value + " is not a whole number from 0 to " + MAX_ORDER_BUCKETS);
        return DEFAULT_ORDER_BUCKETS;
    }

    private static boolean lastValue(@Nullable String value, List<String> problems) {
        if (value != null && !value.equals("true") && !value.equals("false")) {
            problems.add(LAST_VALUE + "=" + value + " is neither 'true' nor 'false'");
        }
        return "true".equals(value);
    }

    /** Of a topic that has grown only the first ones are the stream's. */
    private static int partitions(StreamTopic topic, @Nullable String value, List<String> problems) {
        if (value == null) {
            return topic.partitions();
        }
        if (value.matches("\\d{1,9}")
                && Integer.parseInt(value) >= 1
                && Integer.parseInt(value) <= topic.partitions()) {
            return Integer.parseInt(value);
        }
        problems.add(
                PARTITIONS + "=" + value + " is not the number of partitions that the stream was made with, for the"
                        + " topic has " + topic.partitions() + ": brokers write it, and nobody changes it");
        return topic.partitions();
    }

    private static long liveFrom(@Nullable String value, List<String> problems) {
        if (value == null) {
            return 0;
        }
        if (value.matches("\\d{1,18}")) {
            return Long.parseLong(value);
        }
        problems.add(LIVE_FROM + "=" + value + " is no time: brokers write it, and nobody changes it");
        return 0;
    }

    private static void unknown(Map<String, String> properties, List<String> problems) {
        for (String name : new TreeMap<>(properties).keySet()) {
            if (name.startsWith(PREFIX) && !ADMINS.contains(name) && !BROKERS.contains(name)) {
                problems.add("property " + name + " is unknown: known are " + KNOWN);
            }
        }
    }
}
