package io.magnetar.it.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.magnetar.it.client.Device;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.mqtt.metrics.MetricsReference;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.pulsar.broker.PulsarService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Magnetar's metrics, as Prometheus gets them from the Pulsar broker. */
@ExtendWith(MqttExtension.class)
class MetricsTest {
    private static final Pattern SAMPLE =
            Pattern.compile("(\\w+)(\\{\\w+=\"[^\"]*\"(,\\w+=\"[^\"]*\")*\\})? [-+0-9.E]+");

    private final HttpClient http =
            HttpClient.newBuilder().followRedirects(HttpClient.Redirect.ALWAYS).build();

    private List<String> metrics(PulsarService pulsar) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(pulsar.getWebServiceAddress() + "/metrics/"))
                .build();
        return http.send(request, BodyHandlers.ofString())
                .body()
                .lines()
                .filter(line -> line.contains("magnetar_"))
                .toList();
    }

    private static Map<String, String> samples(List<String> metrics) {
        Map<String, String> samples = new HashMap<>();
        for (String line : metrics) {
            if (!line.startsWith("#")) {
                assertThat(line).matches(SAMPLE);
                int space = line.lastIndexOf(' ');
                assertThat(samples.put(line.substring(0, space), line.substring(space + 1)))
                        .as("%s is there once", line)
                        .isNull();
            }
        }
        return samples;
    }

    @Test
    void areWhatHappened(EmbeddedPulsar pulsar) throws Exception {
        try (PulsarService neighbour = pulsar.startBroker(settings -> {});
                MqttBroker broker = MqttBroker.start(neighbour, Map.of());
                Device publisher = Device.connect(broker.port(), "metrics-publisher");
                Device subscriber = Device.connect(broker.port(), "metrics-subscriber")) {
            Map<String, String> before = samples(metrics(neighbour));
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

            await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                Map<String, String> now = samples(metrics(neighbour));
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
                        .containsEntry("magnetar_messages_dropped_total{reason=\"queue_full\"}", "0");
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
    void areAllDocumented(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        try (Device device = Device.connect(broker.port(), "metrics-documented")) {
            assertThat(device.client().getState().isConnected()).isTrue();
            List<String> families = metrics(pulsar.broker()).stream()
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
