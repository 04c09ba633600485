package io.magnetar.mqtt.sys;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.magnetar.message.Message;
import io.magnetar.message.MessageProperties;
import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.codec.SharedPublish;
import io.magnetar.mqtt.counters.Traffic;
import io.magnetar.mqtt.counters.TrafficTable;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.packet.PacketType;
import io.magnetar.mqtt.routing.Match;
import io.magnetar.mqtt.session.SessionCounts;
import io.magnetar.tenancy.Namespace;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * The {@code $SYS/} topics, by Mosquitto's names. Every namespace has its own, with the numbers of its clients on this broker and
 * nobody else's; they go to live subscribers at QoS 0 and nowhere else.
 *
 * <p>Thread: one at a time.
 */
public final class SysTopics {
    private static final String PREFIX = "$SYS/broker/";

    private final SessionServices services;
    private final Supplier<Map<Namespace, SessionCounts>> durableSessions;
    private final String version;
    private final long startMillis;

    /**
     * @param durableSessions how many there are by namespace
     * @param version of the broker, as clients are told
     */
    public SysTopics(
            SessionServices services, Supplier<Map<Namespace, SessionCounts>> durableSessions, String version) {
        this.services = services;
        this.durableSessions = durableSessions;
        this.version = version;
        this.startMillis = services.clock().millis();
    }

    /** Tells the subscribers of all namespaces that have a client; to be called once per interval. */
    public void publish() {
        TrafficTable traffic = services.counters().traffic();
        traffic.namespaces().stream()
                .filter(namespace -> traffic.sum(Optional.of(namespace), Traffic::connections) > 0)
                .forEach(this::publish);
    }

    private void publish(Namespace namespace) {
        Publisher broker = new Publisher(namespace, null, null);
        values(namespace).forEach((topic, value) -> {
            Match match = services.routing().table(namespace).match(PREFIX + topic);
            if (!match.isEmpty()) {
                Message message = new Message(
                        PREFIX + topic,
                        value.getBytes(UTF_8),
                        Qos.AT_MOST_ONCE,
                        false,
                        MessageProperties.NONE,
                        broker,
                        services.clock().nextMicros());
                match.deliver(new SharedPublish(message));
            }
        });
    }

    /** The values of a namespace's topics, by what their names have after {@value #PREFIX}. */
    private Map<String, String> values(Namespace namespace) {
        long upSeconds = TimeUnit.MILLISECONDS.toSeconds(services.clock().millis() - startMillis);
        Map<String, String> values = new LinkedHashMap<>();
        values.put("version", "Magnetar version " + version);
        values.put("uptime", upSeconds + " seconds");
        put(values, "clients/connected", namespace, Traffic::connections);
        values.put(
                "clients/disconnected",
                Integer.toString(durableSessions
                        .get()
                        .getOrDefault(namespace, SessionCounts.NONE)
                        .absent()));
        put(values, "messages/received", namespace, traffic -> all(traffic::packetsReceived));
        put(values, "messages/sent", namespace, traffic -> all(traffic::packetsSent));
        put(values, "bytes/received", namespace, traffic -> all(traffic::bytesReceived));
        put(values, "bytes/sent", namespace, traffic -> all(traffic::bytesSent));
        put(values, "publish/messages/received", namespace, traffic -> traffic.packetsReceived(PacketType.PUBLISH));
        put(values, "publish/messages/sent", namespace, traffic -> traffic.packetsSent(PacketType.PUBLISH));
        values.put(
                "publish/messages/dropped",
                Long.toString(services.counters().drops().sum(namespace)));
        values.put(
                "subscriptions/count",
                Long.toString(services.routing().table(namespace).subscriptions()));
        values.put(
                "retained messages/count",
                Integer.toString(services.retained().store(namespace).count()));
        return values;
    }

    private void put(Map<String, String> values, String topic, Namespace namespace, ToLongFunction<Traffic> count) {
        TrafficTable traffic = services.counters().traffic();
        values.put(topic, Long.toString(traffic.sum(Optional.of(namespace), count)));
    }

    private static long all(ToLongFunction<PacketType> count) {
        long sum = 0;
        for (PacketType type : PacketType.values()) {
            sum += count.applyAsLong(type);
        }
        return sum;
    }
}
