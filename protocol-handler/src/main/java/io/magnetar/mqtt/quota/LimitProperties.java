package io.magnetar.mqtt.quota;

import io.magnetar.mqtt.retain.RetainLimits;
import io.magnetar.tenancy.NamespaceProperty;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The limits that an operator sets for a namespace, as properties {@code mqtt.*}.
 *
 * <p>Thread: immutable.
 */
public final class LimitProperties {
    private static final long MOST_CLIENTS = 100_000_000;
    private static final String MAX_CONNECTIONS = "mqtt.max-connections";
    private static final String MAX_SESSIONS = "mqtt.max-sessions";
    private static final String MAX_SUBSCRIPTIONS = "mqtt.max-subscriptions";
    private static final String CONNECT = "mqtt.connect-";
    private static final String NAMESPACE = "mqtt.";
    private static final String CLIENT = "mqtt.client.";
    private static final String CLIENT_MAX_SUBSCRIPTIONS = "mqtt.client.max-subscriptions";
    private static final String CLIENT_MAX_SECONDS_TOO_FAST = "mqtt.client.max-seconds-too-fast";
    private static final String MAX_RETAINED_MESSAGES = "mqtt.max-retained-messages";
    private static final String MAX_RETAINED_BYTES = "mqtt.max-retained-bytes";
    private static final String MAX_STREAMS = "mqtt.max-streams";
    private static final String MAX_STREAM_STORAGE = "mqtt.max-stream-storage";
    private static final String MAX_PAYLOAD_BYTES = "mqtt.max-payload-bytes";
    private static final List<String> DIRECTIONS = List.of("-in", "-out");

    private final Map<String, String> written;

    private LimitProperties(Map<String, String> written) {
        this.written = written;
    }

    /** All of them. */
    public static List<NamespaceProperty> known() {
        Stream<NamespaceProperty> counts = Stream.of(
                NamespaceProperty.number(MAX_CONNECTIONS, 0, MOST_CLIENTS),
                NamespaceProperty.number(MAX_SESSIONS, 0, MOST_CLIENTS),
                NamespaceProperty.number(MAX_SUBSCRIPTIONS, 0, Integer.MAX_VALUE),
                NamespaceProperty.number(CLIENT_MAX_SUBSCRIPTIONS, 1, 1_000_000),
                NamespaceProperty.number(CLIENT_MAX_SECONDS_TOO_FAST, 0, 86_400),
                NamespaceProperty.number(MAX_RETAINED_MESSAGES, 0, 100_000_000),
                NamespaceProperty.number(MAX_RETAINED_BYTES, 0, Long.MAX_VALUE / 10),
                NamespaceProperty.number(MAX_STREAMS, 1, 1_000_000),
                NamespaceProperty.number(MAX_STREAM_STORAGE, 0, Long.MAX_VALUE / 10),
                NamespaceProperty.number(MAX_PAYLOAD_BYTES, 0, 268_435_460));
        Stream<NamespaceProperty> rates = Stream.concat(
                rate(CONNECT, ""),
                Stream.of(NAMESPACE, CLIENT)
                        .flatMap(whose -> DIRECTIONS.stream()
                                .flatMap(direction -> Stream.concat(
                                        rate(whose + "message-", direction), rate(whose + "byte-", direction)))));
        return Stream.concat(counts, rates).toList();
    }

    private static Stream<NamespaceProperty> rate(String before, String behind) {
        return Stream.of(
                NamespaceProperty.number(before + "rate" + behind, 0, Rate.MOST),
                NamespaceProperty.number(before + "burst" + behind, 1, Rate.MOST));
    }

    /**
     * The limits that properties say.
     *
     * @param written with right values
     * @param preset what is in force where they say nothing
     */
    public static NamespaceLimits limits(Map<String, String> written, NamespaceLimits preset) {
        return written.isEmpty() ? preset : new LimitProperties(written).limits(preset);
    }

    private NamespaceLimits limits(NamespaceLimits preset) {
        RetainLimits retained = preset.retained();
        return new NamespaceLimits(
                new NamespaceLimits.Clients(
                        number(MAX_CONNECTIONS, preset.clients().maxConnections()),
                        number(MAX_SESSIONS, preset.clients().maxSessions()),
                        number(MAX_SUBSCRIPTIONS, preset.clients().maxSubscriptions()),
                        rate(CONNECT, "", preset.clients().connects())),
                rates(NAMESPACE, "-in", preset.in()),
                rates(NAMESPACE, "-out", preset.out()),
                new ClientLimits(
                        rates(CLIENT, "-in", preset.client().in()),
                        rates(CLIENT, "-out", preset.client().out()),
                        number(CLIENT_MAX_SUBSCRIPTIONS, preset.client().maxSubscriptions()),
                        number(CLIENT_MAX_SECONDS_TOO_FAST, preset.client().maxSecondsTooFast())),
                new RetainLimits(
                        number(MAX_RETAINED_MESSAGES, retained.maxMessages()),
                        longNumber(MAX_RETAINED_BYTES, retained.maxBytes()),
                        retained.maxPayloadBytes()),
                new NamespaceLimits.Streams(
                        number(MAX_STREAMS, preset.streams().maxStreams()),
                        longNumber(MAX_STREAM_STORAGE, preset.streams().maxStorageBytes())),
                number(MAX_PAYLOAD_BYTES, preset.maxPayloadBytes()));
    }

    private Rates rates(String whose, String direction, Rates preset) {
        return new Rates(
                rate(whose + "message-", direction, preset.messages()),
                rate(whose + "byte-", direction, preset.bytes()));
    }

    /** Without a burst of its own a rate has that of a second. */
    private Rate rate(String before, String behind, Rate preset) {
        long perSecond = longNumber(before + "rate" + behind, preset.perSecond());
        long burst = perSecond == preset.perSecond() ? preset.burst() : perSecond;
        return new Rate(perSecond, longNumber(before + "burst" + behind, burst));
    }

    private int number(String name, int preset) {
        return (int) longNumber(name, preset);
    }

    private long longNumber(String name, long preset) {
        String value = written.get(name);
        return value == null ? preset : Long.parseLong(value);
    }
}
