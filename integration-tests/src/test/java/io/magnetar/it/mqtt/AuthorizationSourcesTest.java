package io.magnetar.it.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAckReasonCode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.mqtt.auth.Identity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.common.policies.data.AuthAction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Others who are asked what clients may do: an HTTP server, and Pulsar. */
@ExtendWith(MqttExtension.class)
class AuthorizationSourcesTest {
    private static final int UNSPECIFIED_ERROR = 0x80;
    private static final int NOT_AUTHORIZED = 0x87;
    private static final int SUCCESS = 0;
    private static final int NO_MATCHING_SUBSCRIBERS = 0x10;

    /** A server that answers by topic, and notes what it was asked. */
    private static final class Answers implements AutoCloseable {
        private static final ObjectMapper JSON = new ObjectMapper();

        final Map<String, String> byTopic = new ConcurrentHashMap<>();
        final Map<String, CountDownLatch> held = new ConcurrentHashMap<>();
        final Queue<JsonNode> asked = new ConcurrentLinkedQueue<>();
        private final ExecutorService threads = Executors.newCachedThreadPool();
        private final HttpServer server;

        Answers() throws IOException {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/may", this::answer);
            server.setExecutor(threads);
            server.start();
        }

        String url() {
            return "http://127.0.0.1:" + server.getAddress().getPort() + "/may";
        }

        private void answer(HttpExchange exchange) throws IOException {
            JsonNode question = JSON.readTree(exchange.getRequestBody());
            asked.add(question);
            String topic = question.path("topic").asText();
            CountDownLatch latch = held.get(topic);
            if (latch != null) {
                try {
                    latch.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            String answer = byTopic.getOrDefault(topic, "allow");
            if (answer.matches("[0-9]+")) {
                exchange.sendResponseHeaders(Integer.parseInt(answer), -1);
            } else {
                byte[] body = ("{\"result\": \"" + answer + "\"}").getBytes(UTF_8);
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
            exchange.close();
        }

        long askedFor(String topic) {
            return asked.stream()
                    .filter(question -> question.path("topic").asText().equals(topic))
                    .count();
        }

        @Override
        public void close() {
            held.values().forEach(CountDownLatch::countDown);
            server.stop(0);
            threads.shutdownNow();
        }
    }

    private static MqttBroker start(EmbeddedPulsar pulsar, Answers answers, String... keysAndValues) throws Exception {
        Map<String, String> settings = new HashMap<>(Map.of(
                "mqttAuthorization",
                "client, rules, http",
                "mqttAuthorizationHttpUrl",
                answers.url(),
                "mqttIoThreads",
                "1",
                "mqttNamespaceFrom",
                Rules.NAMESPACE_FROM,
                "mqttTenants",
                ".*"));
        for (int i = 0; i < keysAndValues.length; i += 2) {
            settings.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return MqttBroker.start(pulsar.broker(), settings);
    }

    @Test
    void answersOfAServerKeepTheOrderOfPublishesAndHoldNobodyElse(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "azHttp");
        try (Answers answers = new Answers();
                MqttBroker broker = start(pulsar, answers);
                RawClient slow = new RawClient(broker.port());
                Device other = Device.connect(broker.port(), "azHttp-other")) {
            answers.byTopic.put("no", "deny");
            answers.byTopic.put("unsaid", "ignore");
            answers.byTopic.put("empty", "204");
            answers.held.put("slow", new CountDownLatch(1));
            other.subscribe("#", MqttQos.AT_LEAST_ONCE);
            slow.send(RawClient.connect5("azHttp-slow", 60)).read();

            List<String> topics = List.of("slow", "no", "empty", "unsaid", "no", "slow");
            for (int i = 0; i < topics.size(); i++) {
                slow.send(RawClient.publish5(topics.get(i), 1, i + 1, topics.get(i)));
            }
            await().until(() -> answers.askedFor("slow") == 1);
            other.publish("fast", "by the same event loop", MqttQos.AT_LEAST_ONCE);
            assertThat(other.next(1)).containsExactly("by the same event loop");
            answers.held.get("slow").countDown();

            List<Integer> codes = new ArrayList<>();
            for (int i = 0; i < topics.size(); i++) {
                RawPacket ack = slow.read();
                assertThat(ack.packetId()).isEqualTo(i + 1);
                codes.add(ack.body().length > 2 ? ack.at(2) : SUCCESS);
            }
            assertThat(codes).containsExactly(SUCCESS, NOT_AUTHORIZED, SUCCESS, SUCCESS, NOT_AUTHORIZED, SUCCESS);
            assertThat(other.next(4)).containsExactly("slow", "empty", "unsaid", "slow");
            assertThat(answers.askedFor("slow")).as("asked once").isEqualTo(1);
            assertThat(answers.askedFor("no")).isEqualTo(1);
            JsonNode question = answers.asked.stream()
                    .filter(one -> one.path("topic").asText().equals("slow"))
                    .findFirst()
                    .orElseThrow();
            assertThat(question.path("clientid").asText()).isEqualTo("azHttp-slow");
            assertThat(question.path("namespace").asText()).isEqualTo("azHttp");
            assertThat(question.path("action").asText()).isEqualTo("publish");
            assertThat(question.path("qos").asInt()).isEqualTo(1);
            assertThat(question.path("ipaddr").asText()).isEqualTo("127.0.0.1");
        }
    }

    @Test
    void withoutAnAnswerNothingIsAllowed(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "azDown");
        try (Answers answers = new Answers();
                MqttBroker broker = start(pulsar, answers, "mqttAuthorizationHttpTimeoutMillis", "300");
                RawClient client = new RawClient(broker.port());
                RawClient old = new RawClient(broker.port())) {
            answers.byTopic.put("broken", "500");
            answers.byTopic.put("odd", "perhaps");
            answers.held.put("hangs", new CountDownLatch(1));
            client.send(RawClient.connect5("azDown-1", 60)).read();
            old.send(RawClient.connect311("azDown-2", 60)).read();
            for (String topic : List.of("broken", "odd", "hangs")) {
                assertThat(client.send(RawClient.publish5(topic, 1, 7, "x"))
                                .read()
                                .at(2))
                        .as(topic)
                        .isEqualTo(UNSPECIFIED_ERROR);
                RawPacket subAck = client.send(RawClient.subscribe5(topic, 1)).read();
                assertThat(subAck.at(subAck.body().length - 1)).as(topic).isEqualTo(UNSPECIFIED_ERROR);
            }
            answers.byTopic.remove("broken");
            RawPacket ack = client.send(RawClient.publish5("broken", 1, 8, "x")).read();
            assertThat(ack.body().length > 2 ? ack.at(2) : SUCCESS)
                    .as("what failed is not remembered")
                    .isIn(SUCCESS, NO_MATCHING_SUBSCRIBERS);
            byte[] will = RawClient.packet(0x10, "MQTT", 5, 0x06, 0, 60, 0, "azDown-3", 0, "hangs", "gone");
            assertThat(Tenants.code(broker, will).at(1))
                    .as("server unavailable")
                    .isEqualTo(0x88);
            assertThat(old.send(RawClient.packet(0x32, "odd", 0, 7, "x")).readUntilClosed())
                    .as("MQTT 3.1.1 sends it again")
                    .isZero();
        }
    }

    @Test
    void aSessionComesBackWhenItIsKnownWhatItMayHave(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "azAsk");
        try (Answers answers = new Answers();
                MqttBroker broker = start(pulsar, answers, "mqttAuthorizationCacheSeconds", "1");
                Device publisher = Device.connect(broker.port(), "azAsk-p")) {
            try (Device durable = Tenants.durable(broker, "d", "azAsk-d")) {
                durable.subscribe("secret", MqttQos.AT_LEAST_ONCE);
                durable.subscribe("open", MqttQos.AT_LEAST_ONCE);
            }
            publisher.publish("secret", "owed", MqttQos.AT_LEAST_ONCE);
            publisher.publish("open", "open", MqttQos.AT_LEAST_ONCE);
            publisher.subscribe("secret", MqttQos.AT_LEAST_ONCE);
            answers.byTopic.put("secret", "deny");
            // What was answered about it last is forgotten, and so what was answered about the session.
            await().atMost(Duration.ofSeconds(5))
                    .until(() -> publisher.subscribe("secret", MqttQos.AT_LEAST_ONCE)
                            == Mqtt5SubAckReasonCode.NOT_AUTHORIZED);

            try (Device durable = Tenants.durable(broker, "d", "azAsk-d")) {
                publisher.publish("open", "last", MqttQos.AT_LEAST_ONCE);
                assertThat(durable.next(2)).containsExactly("open", "last");
            }
        }
    }

    @Test
    void aSubscriptionThatWasAllowedBeforeARuleChangedIsLookedAtAgainWhenTheOthersAreDecided(EmbeddedPulsar pulsar)
            throws Exception {
        Tenants.create(pulsar, "azEarly");
        try (Answers answers = new Answers();
                MqttBroker broker = start(pulsar, answers, "mqttAuthorizationHttpTimeoutMillis", "60000");
                Device witness = Device.connect(broker.port(), "azEarly-w");
                RawClient client = new RawClient(broker.port())) {
            Rules.ofAll(broker, "azEarly", Rules.allow("all", "early", "mark"));
            answers.held.put("slow", new CountDownLatch(1));
            witness.subscribe("early", MqttQos.AT_LEAST_ONCE);
            client.send(RawClient.connect5("azEarly-c", 60)).read();
            client.send(RawClient.packet(0x82, 0, 1, 0, "early", 0, "slow", 0));
            await().until(() -> answers.askedFor("slow") == 1);

            Rules.ofAll(broker, "azEarly", Rules.deny("subscribe", "early"), Rules.allow("all", "early", "mark"));
            await("all have looked").until(() -> broker.status().counter("subscriptionsEnded") > 0);
            answers.held.get("slow").countDown();

            assertThat(client.read().body()).endsWith(NOT_AUTHORIZED, 0);
            witness.publish("early", "not for it", MqttQos.AT_LEAST_ONCE);
            witness.publish("slow", "for it", MqttQos.AT_LEAST_ONCE);
            assertThat(client.read().payload5()).isEqualTo("for it");
        }
    }

    @Test
    void aConnectionThatEndsWhileItsSubscriptionsAreLookedAtLeavesItsSessionAsItWas(EmbeddedPulsar pulsar)
            throws Exception {
        Tenants.create(pulsar, "azDrop");
        try (Answers answers = new Answers()) {
            try (MqttBroker broker = start(pulsar, answers, "mqttBrokerName", "az-drop");
                    Device durable = Tenants.durable(broker, "d", "azDrop-d")) {
                durable.subscribe("later", MqttQos.AT_LEAST_ONCE);
            }
            answers.held.put("later", new CountDownLatch(1));
            try (MqttBroker broker = start(
                    pulsar, answers, "mqttBrokerName", "az-drop", "mqttAuthorizationHttpTimeoutMillis", "60000")) {
                long before = answers.askedFor("later");
                try (RawClient dropped = new RawClient(broker.port())) {
                    dropped.send(
                            RawClient.packet(0x10, "MQTT", 5, 0x80, 0, 60, 5, 0x11, 0, 0, 14, 16, "azDrop-d", "d"));
                    await().until(() -> answers.askedFor("later") > before);
                }
                await("it is absent, though nobody has answered")
                        .until(() -> new AdminCalls(broker)
                                        .get("namespaces/azDrop/stats")
                                        .body()
                                        .path("durableSessions")
                                        .path("absent")
                                        .asInt()
                                == 1);
                answers.held.get("later").countDown();
                try (Device durable = Tenants.durable(broker, "d", "azDrop-d")) {
                    durable.publish("later", "as it was", MqttQos.AT_LEAST_ONCE);
                    assertThat(durable.next(1)).containsExactly("as it was");
                }
            }
        }
    }

    private static @Nullable Integer publishCode(Device device, String topic) {
        try {
            device.publish(topic, "x", MqttQos.AT_LEAST_ONCE);
            return null;
        } catch (Mqtt5PubAckException e) {
            return e.getMqttMessage().getReasonCode().getCode();
        }
    }

    @Test
    void pulsarsPermissionsAreThoseOfItsRolesInMqtt() throws Exception {
        Map<String, String> settings = Map.of(
                "mqttTenants",
                "public|azRole.*",
                "mqttNamespaceFrom",
                Rules.NAMESPACE_FROM,
                "mqttAuthorization",
                "pulsar",
                "mqttAuthorizationDefault",
                "deny");
        Map<String, Identity> identities = new HashMap<>();
        for (String role : List.of("devices", "analysts", "fleet-admin", "root", "stranger")) {
            identities.put(role, new Identity(null, role, false, null, Identity.NEVER));
        }
        try (GuardedPulsar guarded = new GuardedPulsar(settings, Rules.knowing(identities))) {
            guarded.createTenant("azRole", "fleet-admin");
            MqttBroker broker = guarded.mqtt();
            try (Device devices = Tenants.device(broker, "devices", "azRole-1");
                    Device analysts = Tenants.device(broker, "analysts", "azRole-2");
                    Device admin = Tenants.device(broker, "fleet-admin", "azRole-3");
                    Device root = Tenants.device(broker, "root", "azRole-4");
                    Device stranger = Tenants.device(broker, "stranger", "azRole-5");
                    Device nobody = Device.connect(broker.port(), "azRole-6")) {
                var pulsar = guarded.cluster().admin();
                pulsar.topics()
                        .createPartitionedTopic(
                                "persistent://azRole/streams/readings", 1, Map.of("mqtt.filter", "sensors/#"));
                pulsar.namespaces().grantPermissionOnNamespace("azRole/streams", "devices", Set.of(AuthAction.produce));
                pulsar.topics()
                        .grantPermission(
                                "persistent://azRole/streams/readings", "analysts", Set.of(AuthAction.consume));

                await().atMost(Duration.ofSeconds(10)).until(() -> publishCode(devices, "sensors/1") == null);
                await().atMost(Duration.ofSeconds(10))
                        .until(() -> analysts.subscribe("$stream/readings@earliest", MqttQos.AT_LEAST_ONCE)
                                == Mqtt5SubAckReasonCode.GRANTED_QOS_1);
                assertThat(analysts.next(1)).containsExactly("x");
                assertThat(publishCode(devices, "live/1"))
                        .as("no stream keeps it")
                        .isEqualTo(NOT_AUTHORIZED);
                assertThat(publishCode(analysts, "sensors/1")).isEqualTo(NOT_AUTHORIZED);
                assertThat(analysts.subscribe("sensors/#", MqttQos.AT_LEAST_ONCE))
                        .isEqualTo(Mqtt5SubAckReasonCode.NOT_AUTHORIZED);
                assertThat(devices.subscribe("$s/earliest/sensors/#", MqttQos.AT_LEAST_ONCE))
                        .isEqualTo(Mqtt5SubAckReasonCode.NOT_AUTHORIZED);
                for (Device other : List.of(stranger, nobody)) {
                    assertThat(publishCode(other, "sensors/1")).isEqualTo(NOT_AUTHORIZED);
                    assertThat(other.subscribe("$stream/readings", MqttQos.AT_LEAST_ONCE))
                            .isEqualTo(Mqtt5SubAckReasonCode.NOT_AUTHORIZED);
                }
                for (Device other : List.of(admin, root)) {
                    assertThat(publishCode(other, "sensors/1")).isNull();
                    assertThat(publishCode(other, "live/1")).isNull();
                    assertThat(other.subscribe("$stream/readings", MqttQos.AT_LEAST_ONCE))
                            .isEqualTo(Mqtt5SubAckReasonCode.GRANTED_QOS_1);
                }

                pulsar.namespaces().revokePermissionsOnNamespace("azRole/streams", "devices");

                await().atMost(Duration.ofSeconds(5))
                        .untilAsserted(() ->
                                assertThat(publishCode(devices, "sensors/1")).isEqualTo(NOT_AUTHORIZED));
            }
        }
    }

    @Test
    void pulsarIsNoSourceWhereItAuthorizesNobody(EmbeddedPulsar pulsar) {
        assertThatThrownBy(() -> MqttBroker.start(pulsar.broker(), Map.of("mqttAuthorization", "pulsar")))
                .hasMessageContaining("mqttAuthorization has 'pulsar', and this broker authorizes nobody");
    }

    @Test
    void aRuleThatChangesUnderLoadLosesNoAnswerAndLetsNothingThroughAfterIt(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "azLoad");
        try (MqttBroker broker = MqttBroker.start(
                        pulsar.broker(), Map.of("mqttNamespaceFrom", Rules.NAMESPACE_FROM, "mqttTenants", ".*"));
                Device watcher = Device.connect(broker.port(), "azLoad-w")) {
            watcher.subscribe("load/+/end", MqttQos.AT_LEAST_ONCE);
            int clients = 8;
            int messages = 4_000;
            ExecutorService threads = Executors.newFixedThreadPool(clients);
            CountDownLatch half = new CountDownLatch(clients);
            Queue<String> problems = new ConcurrentLinkedQueue<>();
            try {
                for (int c = 0; c < clients; c++) {
                    int number = c;
                    threads.execute(() -> publishInTurn(broker, number, messages, half, problems));
                }
                assertThat(half.await(60, TimeUnit.SECONDS)).isTrue();
                for (int i = 0; i < 20; i++) {
                    Rules.ofAll(broker, "azLoad", Rules.deny("publish", i % 2 == 0 ? "load/+/a" : "load/+/b"));
                }
                Rules.ofAll(broker, "azLoad", Rules.deny("publish", "load/+/a", "load/+/b"));
                threads.shutdown();
                assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
            } finally {
                threads.shutdownNow();
            }
            assertThat(problems).isEmpty();
            watcher.subscribe("load/#", MqttQos.AT_MOST_ONCE);
            try (Device last = Device.connect(broker.port(), "azLoad-last")) {
                assertThat(publishCode(last, "load/0/a")).isEqualTo(NOT_AUTHORIZED);
                assertThat(publishCode(last, "load/0/b")).isEqualTo(NOT_AUTHORIZED);
                assertThat(publishCode(last, "load/0/c")).isNull();
            }
        }
    }

    /** Every publish is answered, in its order, with success or 0x87. */
    private static void publishInTurn(
            MqttBroker broker, int number, int messages, CountDownLatch half, Queue<String> problems) {
        try (RawClient client = new RawClient(broker.port())) {
            client.send(RawClient.connect5("azLoad-" + number, 60)).read();
            int window = 20;
            for (int sent = 0; sent < messages; sent += window) {
                for (int i = 0; i < window; i++) {
                    String topic = "load/" + number + (i % 2 == 0 ? "/a" : "/b");
                    client.send(RawClient.publish5(topic, 1, i + 1, "x"));
                }
                for (int i = 0; i < window; i++) {
                    RawPacket ack = client.read();
                    int code = ack.body().length > 2 ? ack.at(2) : SUCCESS;
                    if (ack.packetId() != i + 1
                            || !Set.of(SUCCESS, NO_MATCHING_SUBSCRIBERS, NOT_AUTHORIZED)
                                    .contains(code)) {
                        problems.add(number + ": " + ack.packetId() + " instead of " + (i + 1) + ", code " + code);
                        return;
                    }
                }
                if (sent >= messages / 2) {
                    half.countDown();
                }
            }
        } catch (IOException | RuntimeException e) {
            problems.add(number + ": " + e);
        }
    }
}
