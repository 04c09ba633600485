package io.magnetar.it.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5RetainHandling;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscribe;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.it.pulsar.PrometheusMetrics;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.pulsar.broker.PulsarService;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Two tenants with the same client identifiers, topics, groups and streams never meet. A mark in each ends what it must get. */
@ExtendWith(MqttExtension.class)
class NamespaceIsolationTest {
    @TempDir
    static Path traces;

    private static PulsarService neighbour;
    private static MqttBroker broker;

    @BeforeAll
    static void start(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "isleA", "isleB");
        neighbour = pulsar.startBroker(settings -> {});
        broker = MqttBroker.start(
                neighbour,
                Map.of(
                        "mqttNamespaceFrom", "username",
                        "mqttTenants", "public|isle.*",
                        "mqttSysIntervalSeconds", "1",
                        "mqttFlappingMaxConnects", "8",
                        "mqttTraceDirectory", traces.toString()));
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
        neighbour.close();
    }

    /** Does the same in both. */
    private interface InTenant {
        void run(String tenant, Device device) throws Exception;
    }

    private static void inEach(String clientId, InTenant task) throws Exception {
        try (Device a = Tenants.device(broker, "isleA", clientId);
                Device b = Tenants.device(broker, "isleB", clientId)) {
            task.run("isleA", a);
            task.run("isleB", b);
        }
    }

    @Test
    void sameClientIdentifiersAreDifferentClientsWithTopicsOfTheirOwn() throws Exception {
        try (Device a = Tenants.device(broker, "isleA", "twin");
                Device b = Tenants.device(broker, "isleB", "twin");
                MqttClient inPublic =
                        new MqttClient("tcp://127.0.0.1:" + broker.port(), "twin", new MemoryPersistence())) {
            inPublic.connect();
            List<String> gotInPublic = new CopyOnWriteArrayList<>();
            inPublic.subscribe(
                    "twin/#", 1, (topic, message) -> gotInPublic.add(new String(message.getPayload(), UTF_8)));
            for (Device each : List.of(a, b)) {
                each.subscribe(Mqtt5Subscribe.builder()
                        .addSubscription()
                        .topicFilter("#")
                        .qos(MqttQos.EXACTLY_ONCE)
                        .retainHandling(Mqtt5RetainHandling.DO_NOT_SEND)
                        .applySubscription()
                        .build());
            }

            a.publish("twin/topic", "of A", MqttQos.EXACTLY_ONCE);
            b.publish("twin/topic", "of B", MqttQos.EXACTLY_ONCE);
            a.publish("twin/mark", "mark of A", MqttQos.AT_LEAST_ONCE);
            b.publish("twin/mark", "mark of B", MqttQos.AT_LEAST_ONCE);
            inPublic.publish("twin/topic", "of public".getBytes(UTF_8), 1, false);

            assertThat(a.next(2)).containsExactlyInAnyOrder("of A", "mark of A");
            assertThat(b.next(2)).containsExactlyInAnyOrder("of B", "mark of B");
            await().untilAsserted(() -> assertThat(gotInPublic).containsExactly("of public"));
            assertThat(inPublic.isConnected()).isTrue();
            inPublic.disconnect();
        }
    }

    @Test
    void sameGroupsShareNothing() throws Exception {
        try (Device a = Tenants.device(broker, "isleA", "member");
                Device b = Tenants.device(broker, "isleB", "member");
                Device aToo = Tenants.durable(broker, "isleA", "durable-member");
                Device bToo = Tenants.durable(broker, "isleB", "durable-member")) {
            for (Device each : List.of(a, b)) {
                each.subscribe("$share/workers/shared/#", MqttQos.AT_LEAST_ONCE);
            }
            for (Device each : List.of(aToo, bToo)) {
                each.subscribe("$share/kept/shared/#", MqttQos.AT_LEAST_ONCE);
            }
            for (int i = 0; i < 5; i++) {
                a.publish("shared/x", "A" + i, MqttQos.AT_LEAST_ONCE);
                b.publish("shared/x", "B" + i, MqttQos.AT_LEAST_ONCE);
            }

            for (Device each : List.of(a, aToo)) {
                assertThat(each.next(5)).containsExactly("A0", "A1", "A2", "A3", "A4");
            }
            for (Device each : List.of(b, bToo)) {
                assertThat(each.next(5)).containsExactly("B0", "B1", "B2", "B3", "B4");
            }
        }
    }

    @Test
    void retainedMessagesStayWhereTheyAre() throws Exception {
        try (Device a = Tenants.device(broker, "isleA", "retainer")) {
            a.retain("retained/state", "A");
            a.retain("retained/only-a", "A too");
        }
        try (Device b = Tenants.device(broker, "isleB", "retainer")) {
            b.subscribe("retained/#", MqttQos.AT_LEAST_ONCE);
            b.publish("retained/mark", "nothing before", MqttQos.AT_LEAST_ONCE);
            assertThat(b.next(1)).containsExactly("nothing before");
            b.retain("retained/state", "B");
        }
        try (Device a = Tenants.device(broker, "isleA", "reader");
                Device b = Tenants.device(broker, "isleB", "reader")) {
            a.subscribe("retained/#", MqttQos.AT_LEAST_ONCE);
            b.subscribe("retained/#", MqttQos.AT_LEAST_ONCE);
            assertThat(a.next(2)).containsExactlyInAnyOrder("A", "A too");
            assertThat(b.next(1)).containsExactly("B");
        }
    }

    @Test
    void aWillIsPublishedInItsNamespace() throws Exception {
        try (Device a = Tenants.device(broker, "isleA", "heir");
                Device b = Tenants.device(broker, "isleB", "heir")) {
            a.subscribe("will/#", MqttQos.AT_LEAST_ONCE);
            b.subscribe("will/#", MqttQos.AT_LEAST_ONCE);
            try (RawClient dies = new RawClient(broker.port())) {
                dies.send(RawClient.packet(0x10, "MQTT", 5, 0x8E, 0, 60, 0, "dies", 0, "will/of-it", "gone", "isleA"))
                        .read();
            }

            assertThat(a.next(1)).containsExactly("gone");
            b.publish("will/mark", "nothing before", MqttQos.AT_LEAST_ONCE);
            assertThat(b.next(1)).containsExactly("nothing before");
        }
    }

    @Test
    void streamsOfOneNameAndFilterAreTwo(EmbeddedPulsar pulsar) throws Exception {
        inEach("stream-opener", (tenant, device) -> {
            Tenants.createStream(pulsar, broker, tenant, "log", "log/#");
        });
        inEach("stream-publisher", (tenant, device) -> {
            for (int i = 0; i < 3; i++) {
                device.publish("log/" + i, tenant + i, MqttQos.AT_LEAST_ONCE);
            }
        });
        inEach("stream-reader", (tenant, device) -> {
            device.subscribe("$s/earliest/log/#", MqttQos.AT_LEAST_ONCE);
            device.subscribe("$share/g/$s/earliest/log/#", MqttQos.AT_LEAST_ONCE);
            assertThat(device.next(6))
                    .allMatch(payload -> payload.startsWith(tenant))
                    .hasSize(6);
        });
    }

    @Test
    void theNumbersOfTheBrokerAreThoseOfTheNamespace() throws Exception {
        try (Device a = Tenants.device(broker, "isleA", "sys-a");
                Device b = Tenants.device(broker, "isleB", "sys-b");
                Device another = Tenants.device(broker, "isleB", "sys-another")) {
            assertThat(another.client().getState().isConnected()).isTrue();
            a.subscribe("$SYS/broker/clients/connected", MqttQos.AT_MOST_ONCE);
            b.subscribe("$SYS/broker/clients/connected", MqttQos.AT_MOST_ONCE);
            await().untilAsserted(() -> {
                assertThat(a.next(1)).containsExactly("1");
                assertThat(b.next(1)).containsExactly("2");
            });

            assertThat(PrometheusMetrics.samples(neighbour))
                    .containsEntry("magnetar_connections{namespace=\"isleA\"}", "1")
                    .containsEntry("magnetar_connections{namespace=\"isleB\"}", "2")
                    .containsEntry("magnetar_subscriptions{namespace=\"isleA\"}", "1")
                    .containsEntry("magnetar_subscriptions{namespace=\"isleB\"}", "1");
        }
    }

    @Test
    void whoConnectsTooOftenIsBannedInItsNamespaceAlone() throws Exception {
        for (int i = 0; i < 8; i++) {
            assertThat(Tenants.code(broker, "flapping", "isleA")).isEqualTo(Tenants.SUCCESS);
        }
        assertThat(Tenants.code(broker, "flapping", "isleA")).isEqualTo(0x8A);
        assertThat(Tenants.code(broker, "flapping", "isleB")).isEqualTo(Tenants.SUCCESS);
    }

    @Test
    void aTraceIsOfTheClientOfOneNamespace() throws Exception {
        HttpClient http = HttpClient.newHttpClient();
        String query = "client-id=traced&namespace=isleB";
        String file = http.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + broker.httpPort() + "/traces?" + query))
                                .POST(BodyPublishers.noBody())
                                .build(),
                        BodyHandlers.ofString())
                .body()
                .strip();
        inEach("traced", (tenant, device) -> {
            device.publish("traced/" + tenant, "x", MqttQos.AT_LEAST_ONCE);
        });

        await().untilAsserted(() -> assertThat(Files.readAllLines(Path.of(file)))
                .anyMatch(line -> line.contains(" in CONNECT "))
                .anyMatch(line -> line.contains("traced/isleB"))
                .noneMatch(line -> line.contains("isleA")));
    }

    @Test
    void theSameUserOfPahoIsInItsNamespaceToo() throws Exception {
        try (MqttClient paho = new MqttClient("tcp://127.0.0.1:" + broker.port(), "paho", new MemoryPersistence());
                Device b = Tenants.device(broker, "isleB", "paho")) {
            MqttConnectOptions options = new MqttConnectOptions();
            options.setUserName("isleB");
            options.setPassword("x".toCharArray());
            // The same client identifier in the same namespace: a takeover.
            paho.connect(options);
            await().until(() -> !b.client().getState().isConnected());
            paho.disconnect();
        }
    }
}
