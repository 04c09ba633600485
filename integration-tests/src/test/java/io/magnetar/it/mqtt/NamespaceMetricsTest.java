package io.magnetar.it.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.it.pulsar.PrometheusMetrics;
import io.magnetar.mqtt.counters.Counter;
import io.magnetar.mqtt.counters.Drop;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.pulsar.broker.PulsarService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is told of single namespaces, and that it adds up. */
@ExtendWith(MqttExtension.class)
class NamespaceMetricsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static double sum(Map<String, String> samples, String family, String labels) {
        return samples.entrySet().stream()
                .filter(sample -> sample.getKey().startsWith(family + "{")
                        && sample.getKey().contains(labels))
                .mapToDouble(sample -> Double.parseDouble(sample.getValue()))
                .sum();
    }

    private static void publish(MqttBroker broker, String tenant, int messages) throws Exception {
        try (RawClient client = new RawClient(broker.port())) {
            assertThat(client.send(Tenants.connect5("client", tenant)).read().at(1))
                    .isZero();
            for (int i = 0; i < messages; i++) {
                client.send(RawClient.publish5("sum/x", 1, 1, "x")).read();
            }
        }
    }

    @Test
    void theSumOverNamespacesIsWhatTheBrokerCountsAlsoOfThoseThatAreGone(EmbeddedPulsar pulsar) throws Exception {
        Map<String, String> settings =
                Map.of("mqttNamespaceFrom", "username", "mqttTenants", "public|sum.*", "mqttMaxNamespaceMetrics", "2");
        new OperatorLimits(pulsar, "sumA").set("mqtt.max-payload-bytes", 10);
        Tenants.create(pulsar, "sumB", "sumC", "sumD");
        try (PulsarService neighbour = pulsar.startBroker(configuration -> {});
                MqttBroker broker = MqttBroker.start(neighbour, settings)) {
            // With public, which is open when the broker is ready, sumA is the second.
            publish(broker, "public", 1);
            PrometheusMetrics.samples(neighbour);
            publish(broker, "sumA", 5);
            PrometheusMetrics.samples(neighbour);
            publish(broker, "sumB", 7);
            publish(broker, "sumC", 11);
            try (RawClient client = new RawClient(broker.port())) {
                client.send(Tenants.connect5("large", "sumA")).read();
                client.send(RawClient.publish5("sum/x", 0, 0, "x".repeat(11))).send(RawClient.packet(0xC0));
                client.read();
            }
            assertThat(Tenants.code(broker, "nobody", "sumNobody")).isEqualTo(Tenants.NOT_AUTHORIZED);

            await().atMost(PATIENCE).untilAsserted(() -> {
                Map<String, String> now = PrometheusMetrics.samples(neighbour);
                assertAddsUp(broker, now, 25);
                assertThat(now)
                        .containsEntry("magnetar_messages_received_total{namespace=\"sumA\",qos=\"1\"}", "5")
                        .containsEntry("magnetar_messages_received_total{namespace=\"(others)\",qos=\"1\"}", "18")
                        .containsEntry(
                                "magnetar_messages_dropped_total{namespace=\"sumA\",reason=\"payload_too_large\"}", "1")
                        .containsEntry("magnetar_connections_refused_total{namespace=\"\",code=\"0x87\"}", "1")
                        .containsEntry(
                                "magnetar_namespace_events_total{namespace=\"sumA\",event=\"connectionsAccepted\"}",
                                "2");
                assertThat(now.keySet()).noneMatch(line -> line.contains("\"sumB\"") || line.contains("\"sumC\""));
                assertToldAlike(broker, now, "sumA");
            });

            pulsar.admin().tenants().deleteTenant("sumA", true);
            pulsar.admin().tenants().deleteTenant("sumB", true);

            await().atMost(PATIENCE).untilAsserted(() -> {
                Map<String, String> now = PrometheusMetrics.samples(neighbour);
                assertThat(now.keySet()).noneMatch(line -> line.contains("\"sumA\""));
                assertAddsUp(broker, now, 25);
                assertThat(now)
                        .containsEntry("magnetar_messages_received_total{namespace=\"(others)\",qos=\"1\"}", "23")
                        .containsEntry(
                                "magnetar_messages_dropped_total{namespace=\"(others)\",reason=\"payload_too_large\"}",
                                "1");
            });

            // The place of one that is gone is that of the next one that comes; what the others were stays theirs.
            publish(broker, "sumD", 2);
            publish(broker, "sumC", 1);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(PrometheusMetrics.samples(neighbour))
                            .containsEntry("magnetar_messages_received_total{namespace=\"sumD\",qos=\"1\"}", "2")
                            .containsEntry("magnetar_messages_received_total{namespace=\"(others)\",qos=\"1\"}", "24"));
        }
    }

    private static void assertAddsUp(MqttBroker broker, Map<String, String> samples, long messages) throws Exception {
        assertThat(sum(samples, "magnetar_messages_received_total", ""))
                .isEqualTo((double) messages)
                .isEqualTo((double) broker.status().counter("messagesReceived"));
        for (Drop drop : Drop.values()) {
            String reason = "\"" + drop.name().toLowerCase(Locale.ROOT) + "\"";
            assertThat(sum(samples, "magnetar_messages_dropped_total", reason))
                    .as(reason)
                    .isEqualTo((double) broker.status().counter(drop.label()));
        }
        assertThat(sum(samples, "magnetar_connections_refused_total", ""))
                .isEqualTo((double) broker.status().counter("connectionsRefused"));
        for (Counter event : Counter.ofNamespaces()) {
            assertThat(sum(samples, "magnetar_namespace_events_total", "\"" + event.label() + "\""))
                    .as(event.label())
                    .isEqualTo((double) broker.status().counter(event.label()));
        }
    }

    /** What Prometheus is told of a namespace its admins are told as JSON. */
    private static void assertToldAlike(MqttBroker broker, Map<String, String> samples, String namespace)
            throws Exception {
        JsonNode stats =
                new AdminCalls(broker).get("namespaces/" + namespace + "/stats").body();
        String of = "namespace=\"" + namespace + "\"";
        for (String direction : List.of("received", "sent")) {
            JsonNode flow = stats.path(direction);
            assertThat(flow.path("packets").asDouble())
                    .isPositive()
                    .isEqualTo(sum(samples, "magnetar_packets_" + direction + "_total", of));
            assertThat(flow.path("bytes").asDouble())
                    .isEqualTo(sum(samples, "magnetar_bytes_" + direction + "_total", of));
            for (int qos = 0; qos <= 2; qos++) {
                assertThat(flow.path("messagesQos" + qos).asDouble())
                        .isEqualTo(
                                sum(samples, "magnetar_messages_" + direction + "_total", of + ",qos=\"" + qos + "\""));
            }
        }
        for (Drop drop : Drop.values()) {
            String reason = drop.name().toLowerCase(Locale.ROOT);
            assertThat(stats.path("dropped").path(reason).asDouble())
                    .as(reason)
                    .isEqualTo(sum(samples, "magnetar_messages_dropped_total", of + ",reason=\"" + reason + "\""));
        }
        for (Counter event : Counter.ofNamespaces()) {
            assertThat(stats.path("events").path(event.label()).asDouble())
                    .as(event.label())
                    .isEqualTo(
                            sum(samples, "magnetar_namespace_events_total", of + ",event=\"" + event.label() + "\""));
        }
    }

    @Test
    void aNamespacesNumbersAreToldToItsAdminsOnly() throws Exception {
        try (GuardedPulsar pulsar =
                new GuardedPulsar(Map.of("mqttNamespaceFrom", "username", "mqttTenants", "public|told.*"))) {
            pulsar.createTenant("toldA", "admin-a");
            pulsar.createTenant("toldB", "admin-b");
            AdminCalls calls = new AdminCalls(pulsar.mqtt());
            try (Device device = Tenants.device(pulsar.mqtt(), "toldA", "counted")) {
                device.subscribe("told/#", MqttQos.AT_LEAST_ONCE);
                device.publish("told/x", "y", MqttQos.AT_LEAST_ONCE);
                device.next();
                String path = "namespaces/toldA/stats";
                assertThat(calls.ask("GET", path, "", null).status()).isEqualTo(401);
                assertThat(calls.ask("GET", path, "", pulsar.token("admin-b")).status())
                        .isEqualTo(403);
                for (String role : List.of("admin-a", "root")) {
                    AdminCalls.Answer told = calls.ask("GET", path, "", pulsar.token(role));
                    assertThat(told.status()).isEqualTo(200);
                    JsonNode stats = told.body();
                    assertThat(stats.path("connections").asInt()).isOne();
                    assertThat(stats.at("/received/messagesQos1").asInt()).isOne();
                    assertThat(stats.at("/sent/messagesQos1").asInt()).isOne();
                    assertThat(stats.at("/subscriptions").asInt()).isOne();
                    assertThat(stats.at("/events/connectionsAccepted").asInt()).isOne();
                    assertThat(stats.at("/limits/connections/used").asInt()).isOne();
                    assertThat(stats.at("/limits/streams/limit").asInt()).isEqualTo(10_000);
                }
            }
        }
    }
}
