package io.magnetar.it.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.DurableClients;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawProperties;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.it.pulsar.PrometheusMetrics;
import io.magnetar.mqtt.metrics.MetricsReference;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.pulsar.broker.PulsarService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Magnetar's metrics, as Prometheus gets them from the Pulsar broker. */
@ExtendWith(MqttExtension.class)
class MetricsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Test
    void areWhatHappened(EmbeddedPulsar pulsar) throws Exception {
        try (PulsarService neighbour = pulsar.startBroker(settings -> {});
                MqttBroker broker = MqttBroker.start(neighbour, Map.of());
                Device publisher = Device.connect(broker.port(), "metrics-publisher");
                Device subscriber = Device.connect(broker.port(), "metrics-subscriber")) {
            Map<String, String> before = PrometheusMetrics.samples(neighbour);
            subscriber.subscribe("metrics/#", MqttQos.AT_LEAST_ONCE);
            for (int i = 0; i < 200; i++) {
                publisher
                        .client()
                        .publish(Mqtt5Publish.builder()
                                .topic("metrics/" + i % 10)
                                .payload("x".getBytes(UTF_8))
                                .qos(MqttQos.AT_LEAST_ONCE)
                                .retain(true)
                                .build());
            }
            publisher.publish("metrics/0", "y", MqttQos.EXACTLY_ONCE);
            subscriber.next(201);

            await().atMost(PATIENCE).untilAsserted(() -> {
                Map<String, String> now = PrometheusMetrics.samples(neighbour);
                assertThat(now)
                        .containsEntry("magnetar_connections{namespace=\"public\"}", "2")
                        .containsEntry("magnetar_sessions", "2")
                        .containsEntry("magnetar_subscriptions{namespace=\"public\"}", "1")
                        .containsEntry("magnetar_packets_received_total{namespace=\"public\",type=\"publish\"}", "201")
                        .containsEntry("magnetar_packets_received_total{namespace=\"public\",type=\"puback\"}", "201")
                        .containsEntry("magnetar_packets_received_total{namespace=\"public\",type=\"pubrel\"}", "1")
                        .containsEntry("magnetar_packets_received_total{namespace=\"\",type=\"connect\"}", "2")
                        .containsEntry("magnetar_packets_sent_total{namespace=\"public\",type=\"puback\"}", "200")
                        .containsEntry("magnetar_packets_sent_total{namespace=\"public\",type=\"suback\"}", "1")
                        .containsEntry("magnetar_messages_received_total{namespace=\"public\",qos=\"1\"}", "200")
                        .containsEntry("magnetar_messages_received_total{namespace=\"public\",qos=\"2\"}", "1")
                        .containsEntry("magnetar_messages_sent_total{namespace=\"public\",qos=\"1\"}", "201")
                        .containsEntry("magnetar_events_total{event=\"connectionsOpened\"}", "2")
                        .containsEntry(
                                "magnetar_messages_dropped_total{namespace=\"public\",reason=\"queue_full\"}", "0");
                assertThat(number(now, "magnetar_bytes_received_total{namespace=\"public\",type=\"publish\"}"))
                        .as("of 201 packets, with topics or their aliases")
                        .isBetween(201.0 * 8, 201.0 * 20);
                assertThat(number(now, "magnetar_retained_messages{namespace=\"public\"}")
                                - number(before, "magnetar_retained_messages{namespace=\"public\"}"))
                        .isEqualTo(10);
                assertThat(number(now, "magnetar_append_seconds_count{log=\"retained\"}"))
                        .as("about one of 64 of 200")
                        .isBetween(0.0, 40.0);
                assertThat(number(now, "magnetar_event_loop_lag_seconds_count")).isPositive();
            });
        }
    }

    private static double number(Map<String, String> samples, String name) {
        assertThat(samples).containsKey(name);
        return Double.parseDouble(samples.getOrDefault(name, ""));
    }

    @Test
    void countDurableSessionsThatAreConnectedAndThoseThatAreAbsent() throws Exception {
        try (EmbeddedPulsar alone = EmbeddedPulsar.start();
                MqttBroker broker = MqttBroker.start(alone.broker(), Map.of())) {
            Device leaving = DurableClients.durable(broker.port(), "metrics-leaving");
            try (Device staying = DurableClients.durable(broker.port(), "metrics-staying");
                    Device passing = Device.connect(broker.port(), "metrics-passing")) {
                assertThat(List.of(staying, passing))
                        .allMatch(device -> device.client().getState().isConnected());
                await().atMost(PATIENCE)
                        .untilAsserted(() ->
                                assertThat(durable(alone.broker(), "connected")).isEqualTo(2));
                assertThat(durable(alone.broker(), "absent")).isZero();

                leaving.close();

                await().atMost(PATIENCE).untilAsserted(() -> {
                    assertThat(durable(alone.broker(), "connected")).isEqualTo(1);
                    assertThat(durable(alone.broker(), "absent")).isEqualTo(1);
                });
            }
        }
    }

    @Test
    void countWhatGoesInAndOutOfEachStream(EmbeddedPulsar pulsar) throws Exception {
        Streams.create(pulsar, "metered", 2, Map.of("mqtt.filter", "metered/#", "mqtt.key", "user-property:site"));
        Streams.create(
                pulsar,
                "metered-full",
                1,
                Map.of("mqtt.filter", "metered-full/#", "mqtt.max-messages", "2", "mqtt.when-full", "reject"));
        try (PulsarService neighbour = pulsar.startBroker(settings -> {});
                MqttBroker broker = MqttBroker.start(neighbour, Map.of());
                Device publisher = Device.connect(broker.port(), "metered-publisher");
                Device reader = Device.connect(broker.port(), "metered-reader");
                Device member = Device.connect(broker.port(), "metered-member")) {
            broker.status().awaitStream("metered");
            broker.status().awaitStream("metered-full");
            for (int i = 0; i < 10; i++) {
                publisher.publish("metered/x", "four", MqttQos.AT_LEAST_ONCE);
                publisher.publish("metered-full/x", "12", MqttQos.AT_MOST_ONCE);
            }
            reader.subscribe("$s/earliest/metered/#", MqttQos.AT_LEAST_ONCE);
            reader.next(10);
            member.subscribe("$share/meter/$s/earliest/metered/#", MqttQos.AT_LEAST_ONCE);
            member.next(10);

            String metered = "{namespace=\"public\",stream=\"metered\"";
            String full = "{namespace=\"public\",stream=\"metered-full\"";
            await().atMost(PATIENCE).untilAsserted(() -> {
                Map<String, String> now = PrometheusMetrics.samples(neighbour);
                assertThat(now)
                        .containsEntry("magnetar_stream_messages_in_total" + metered + "}", "10")
                        .containsEntry("magnetar_stream_bytes_in_total" + metered + "}", "40")
                        .containsEntry("magnetar_stream_messages_out_total" + metered + "}", "20")
                        .containsEntry("magnetar_stream_bytes_out_total" + metered + "}", "80")
                        .containsEntry("magnetar_stream_messages_without_key_total" + metered + "}", "10")
                        .containsEntry("magnetar_stream_readers" + metered + ",kind=\"replay\"}", "1")
                        .containsEntry("magnetar_stream_readers" + metered + ",kind=\"group\"}", "1")
                        .containsEntry("magnetar_stream_messages_in_total" + full + "}", "2")
                        .containsEntry("magnetar_stream_bytes_in_total" + full + "}", "4")
                        .containsEntry(
                                "magnetar_stream_appends_failed_total" + full + ",reason=\"quota_exceeded\"}", "8");
                assertThat(number(now, "magnetar_stream_append_seconds_count" + metered + "}"))
                        .isBetween(1.0, 10.0);
            });

            reader.close();
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(PrometheusMetrics.samples(neighbour))
                            .doesNotContainKey("magnetar_stream_readers" + metered + ",kind=\"replay\"}"));
            pulsar.admin().topics().deletePartitionedTopic(Streams.pulsarTopic("metered-full"), true);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(PrometheusMetrics.samples(neighbour))
                            .as("those of a deleted stream end")
                            .doesNotContainKey("magnetar_stream_messages_in_total" + full + "}"));
        }
    }

    @Test
    void countTogetherTheStreamsThatHaveNoMetricsOfTheirOwn(EmbeddedPulsar pulsar) throws Exception {
        for (String name : List.of("apart-1", "apart-2", "apart-3")) {
            Streams.create(pulsar, name, 1, Map.of("mqtt.filter", name));
        }
        try (PulsarService neighbour = pulsar.startBroker(settings -> {});
                MqttBroker broker = MqttBroker.start(neighbour, Map.of("mqttMaxStreamMetrics", "1"));
                Device publisher = Device.connect(broker.port(), "apart-publisher")) {
            for (String name : List.of("apart-1", "apart-2", "apart-3")) {
                broker.status().awaitStream(name);
                publisher.publish(name, "x", MqttQos.AT_LEAST_ONCE);
            }

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(PrometheusMetrics.samples(neighbour))
                            .containsEntry(
                                    "magnetar_stream_messages_in_total{namespace=\"public\",stream=\"apart-1\"}", "1")
                            .containsEntry("magnetar_stream_messages_in_total{namespace=\"\",stream=\"\"}", "2"));
        }
    }

    private static double durable(PulsarService broker, String state) throws Exception {
        return number(
                PrometheusMetrics.samples(broker),
                "magnetar_durable_sessions{namespace=\"public\",state=\"" + state + "\"}");
    }

    @Test
    void countDropsByNamespaceAndRefusalsByReasonCode(EmbeddedPulsar pulsar) throws Exception {
        try (PulsarService neighbour = pulsar.startBroker(settings -> {});
                MqttBroker broker = MqttBroker.start(neighbour, Map.of("mqttMaxClientIdLength", "23"));
                RawClient subscriber = new RawClient(broker.port());
                RawClient refused = new RawClient(broker.port());
                RawClient broken = new RawClient(broker.port())) {
            subscriber
                    .send(RawClient.connect5(
                            "metrics-small", 60, RawProperties.fourBytes(RawProperties.MAXIMUM_PACKET_SIZE, 100)))
                    .read();
            subscriber.send(RawClient.subscribe5("metrics/large", 0)).read();
            for (int i = 0; i < 3; i++) {
                subscriber.send(RawClient.publish5("metrics/large", 0, 0, "x".repeat(100)));
            }
            refused.send(RawClient.connect5("metrics-client-with-a-long-name", 60))
                    .readUntilClosed();
            broken.send(RawClient.packet(0x10, "MQTT", 4, 0x03, 0, 60, "reserved flag"))
                    .readUntilClosed();

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(PrometheusMetrics.samples(neighbour))
                            .containsEntry(
                                    "magnetar_messages_dropped_total{namespace=\"public\",reason=\"too_large\"}", "3")
                            .containsEntry("magnetar_connections_refused_total{namespace=\"\",code=\"0x85\"}", "1")
                            .containsEntry("magnetar_connections_refused_total{namespace=\"\",code=\"0x81\"}", "1")
                            .containsEntry("magnetar_events_total{event=\"connectionsRefused\"}", "2"));
            assertThat(broker.status().counter("droppedTooLarge")).isEqualTo(3);
        }
    }

    @Test
    void areAllDocumented(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        try (Device device = Device.connect(broker.port(), "metrics-documented")) {
            assertThat(device.client().getState().isConnected()).isTrue();
            List<String> families = PrometheusMetrics.lines(pulsar.broker()).stream()
                    .filter(line -> line.startsWith("# TYPE "))
                    .map(line -> line.split(" ", -1)[2])
                    .distinct()
                    .toList();

            assertThat(families)
                    .isNotEmpty()
                    .allSatisfy(
                            family -> assertThat(MetricsReference.markdown()).contains("| `" + family + "` |"));
        }
    }
}
