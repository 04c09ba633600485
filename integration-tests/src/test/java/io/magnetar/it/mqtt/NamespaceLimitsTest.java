package io.magnetar.it.mqtt;

import static io.magnetar.it.mqtt.Tenants.SUCCESS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** What an operator lets the clients of a namespace have: reached, answered, free again, and changed while they are connected. */
@ExtendWith(MqttExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NamespaceLimitsTest {
    private static final int QUOTA_EXCEEDED = 0x97;
    private static final int CONNECTION_RATE_EXCEEDED = 0x9F;
    /** Before MQTT 5. */
    private static final int SERVER_UNAVAILABLE = 3;

    private static final int AT_ONCE = 24;
    private static final Duration SOON = Duration.ofSeconds(2);

    private MqttBroker broker;

    @BeforeAll
    void start(EmbeddedPulsar pulsar) throws Exception {
        broker = MqttBroker.start(
                pulsar.broker(), Map.of("mqttNamespaceFrom", "username", "mqttTenants", "public|lim.*"));
    }

    @AfterAll
    void stop() {
        broker.close();
    }

    private static byte[] connect311(String clientId, String username) {
        return RawClient.packet(0x10, "MQTT", 4, 0x82, 0, 60, clientId, username);
    }

    private static byte[] durable5(String clientId, String username) {
        return RawClient.packet(0x10, "MQTT", 5, 0x80, 0, 60, 5, 0x11, 0, 0, 0, 60, clientId, username);
    }

    private RawClient connected(String clientId, String username) throws Exception {
        RawClient client = new RawClient(broker.port());
        assertThat(client.send(Tenants.connect5(clientId, username)).read().at(1))
                .isZero();
        return client;
    }

    /** When the clients that have left are no longer counted. */
    private RawClient connectedSoon(String clientId, String username) {
        return await("there is room again").atMost(SOON).until(() -> admitted(clientId, username), Objects::nonNull);
    }

    private @Nullable RawClient admitted(String clientId, String username) throws Exception {
        RawClient client = new RawClient(broker.port());
        if (client.send(Tenants.connect5(clientId, username)).read().at(1) == SUCCESS) {
            return client;
        }
        client.close();
        return null;
    }

    private int code(String clientId, String username) throws Exception {
        return Tenants.code(broker, clientId, username);
    }

    /** Does something many times at once, and returns what came of it. */
    private static <T> List<T> atOnce(Callable<T> task) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
        try {
            List<T> results = new ArrayList<>();
            for (Future<T> result : threads.invokeAll(Collections.nCopies(AT_ONCE, task))) {
                results.add(result.get(30, TimeUnit.SECONDS));
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }

    private static void closeAll(List<RawClient> clients) throws Exception {
        for (RawClient client : clients) {
            client.close();
        }
    }

    @Test
    void asManyClientsAsItMayAreConnected(EmbeddedPulsar pulsar) throws Exception {
        OperatorLimits limits = new OperatorLimits(pulsar, "limClients").set("mqtt.max-connections", 2);
        try (RawClient one = connected("one", "limClients")) {
            RawClient two = connected("two", "limClients");
            RawPacket refusal = Tenants.code(broker, Tenants.connect5("three", "limClients"));
            assertThat(refusal.at(1)).isEqualTo(QUOTA_EXCEEDED);
            assertThat(Tenants.text(refusal)).contains("at most 2 clients of the namespace");
            assertThat(Tenants.code(broker, connect311("three", "limClients")).at(1))
                    .isEqualTo(SERVER_UNAVAILABLE);

            two.close();
            try (RawClient again = connectedSoon("three", "limClients")) {
                limits.set("mqtt.max-connections", 1);
                await("lowered").atMost(SOON).until(() -> code("two", "limClients") == QUOTA_EXCEEDED);
                assertThat(one.send(RawClient.packet(0xC0)).read().type())
                        .as("nobody is disconnected")
                        .isEqualTo(13);
                again.close();
            }
            limits.set("mqtt.max-connections", 5);
            await("raised").atMost(SOON).until(() -> code("two", "limClients") == SUCCESS);
            limits.remove("mqtt.max-connections");
        }
    }

    @Test
    void noMoreClientsThanMayComeAtOnce(EmbeddedPulsar pulsar) throws Exception {
        new OperatorLimits(pulsar, "limCrowd").set("mqtt.max-connections", 5);
        List<RawClient> clients = new CopyOnWriteArrayList<>();
        AtomicInteger names = new AtomicInteger();
        List<Integer> codes = atOnce(() -> {
            RawClient client = new RawClient(broker.port());
            clients.add(client);
            return client.send(Tenants.connect5("crowd-" + names.incrementAndGet(), "limCrowd"))
                    .read()
                    .at(1);
        });
        closeAll(clients);
        assertThat(codes.stream().filter(code -> code == SUCCESS)).hasSize(5);
        assertThat(codes).containsOnly(SUCCESS, QUOTA_EXCEEDED);
    }

    @Test
    void asManySessionsAsItMayOutliveTheirConnections(EmbeddedPulsar pulsar) throws Exception {
        OperatorLimits limits = new OperatorLimits(pulsar, "limSessions").set("mqtt.max-sessions", 3);
        AtomicInteger names = new AtomicInteger();
        List<Integer> codes =
                atOnce(() -> Tenants.code(broker, durable5("session-" + names.incrementAndGet(), "limSessions"))
                        .at(1));
        assertThat(codes.stream().filter(code -> code == SUCCESS)).hasSize(3);
        assertThat(codes).containsOnly(SUCCESS, QUOTA_EXCEEDED);
        assertThat(code("transient", "limSessions")).as("no session").isEqualTo(SUCCESS);

        limits.set("mqtt.max-sessions", 4);
        await().atMost(SOON)
                .until(() ->
                        Tenants.code(broker, durable5("another", "limSessions")).at(1) == SUCCESS);
        assertThat(Tenants.code(broker, durable5("one-more", "limSessions")).at(1))
                .isEqualTo(QUOTA_EXCEEDED);

        // Clean start, and no longer than the connection: the session ends.
        assertThat(code("another", "limSessions")).isEqualTo(SUCCESS);
        assertThat(Tenants.code(broker, durable5("one-more", "limSessions")).at(1))
                .as("there is room again")
                .isEqualTo(SUCCESS);
    }

    @Test
    void clientsComeAsOftenAsTheyMay(EmbeddedPulsar pulsar) throws Exception {
        OperatorLimits limits = new OperatorLimits(pulsar, "limConnects")
                .set(Map.of("mqtt.connect-rate", "1", "mqtt.connect-burst", "3"));
        for (int i = 0; i < 3; i++) {
            assertThat(code("client-" + i, "limConnects")).isEqualTo(SUCCESS);
        }
        RawPacket refusal = Tenants.code(broker, Tenants.connect5("client-4", "limConnects"));
        assertThat(refusal.at(1)).isEqualTo(CONNECTION_RATE_EXCEEDED);
        assertThat(Tenants.text(refusal)).contains("1 times in a second");
        assertThat(Tenants.code(broker, connect311("client-4", "limConnects")).at(1))
                .isEqualTo(SERVER_UNAVAILABLE);
        new OperatorLimits(pulsar, "limConnectsNot");
        assertThat(code("client-4", "limConnectsNot")).as("another namespace").isEqualTo(SUCCESS);
        await("after a second").atMost(SOON).until(() -> code("client-4", "limConnects") == SUCCESS);

        limits.set(Map.of("mqtt.connect-rate", "1000", "mqtt.connect-burst", "1000"));
        await("raised").atMost(SOON).until(() -> {
            for (int i = 0; i < 10; i++) {
                if (code("client-5", "limConnects") != SUCCESS) {
                    return false;
                }
            }
            return true;
        });
    }

    @Test
    void asManySubscriptionsAsTheClientsOfANamespaceMayHave(EmbeddedPulsar pulsar) throws Exception {
        OperatorLimits limits = new OperatorLimits(pulsar, "limSubscriptions").set("mqtt.max-subscriptions", 3);
        try (RawClient one = connected("one", "limSubscriptions");
                RawClient two = connected("two", "limSubscriptions");
                RawClient old = new RawClient(broker.port())) {
            assertThat(old.send(connect311("old", "limSubscriptions")).read().at(1))
                    .isZero();
            assertThat(subscribe(one, "a")).isZero();
            assertThat(subscribe(one, "a")).as("the same again").isZero();
            assertThat(subscribe(one, "$share/g/b")).isZero();
            assertThat(subscribe(two, "a")).isZero();
            assertThat(subscribe(two, "b")).isEqualTo(QUOTA_EXCEEDED);
            assertThat(old.send(RawClient.packet(0x82, 0, 1, "a", 0)).read().at(2))
                    .isEqualTo(0x80);

            one.send(RawClient.packet(0xA2, 0, 2, 0, "a")).read();
            assertThat(subscribe(two, "b")).as("one has ended").isZero();
            assertThat(subscribe(two, "#/wrong")).as("no place is lost").isEqualTo(0x8F);
            one.close();
            await("its connection has ended").atMost(SOON).until(() -> subscribe(two, "c") == 0);
            assertThat(subscribe(two, "d")).isEqualTo(QUOTA_EXCEEDED);

            limits.set("mqtt.client.max-subscriptions", 4).set("mqtt.max-subscriptions", 100);
            await().atMost(SOON).until(() -> subscribe(two, "d") == 0);
            assertThat(subscribe(two, "e")).as("a client has four").isEqualTo(QUOTA_EXCEEDED);
        }
    }

    private static int subscribe(RawClient client, String filter) throws Exception {
        RawPacket subAck = client.send(RawClient.subscribe5(filter, 0)).read();
        return subAck.at(subAck.body().length - 1);
    }

    @Test
    void asManyRetainedMessagesAsItMay(EmbeddedPulsar pulsar) throws Exception {
        OperatorLimits limits = new OperatorLimits(pulsar, "limRetained").set("mqtt.max-retained-messages", 1);
        try (Device device = Tenants.device(broker, "limRetained", "keeper")) {
            retain(device, "kept/1", "first");
            assertThat(retained(device, "kept/2", "second")).isFalse();
            retain(device, "kept/1", "first again");
            retain(device, "kept/1", "");
            retain(device, "kept/2", "second");

            limits.set("mqtt.max-retained-messages", 100).set("mqtt.max-retained-bytes", 2_000);
            await().atMost(SOON).until(() -> retained(device, "kept/3", "third"));
            assertThat(retained(device, "kept/4", "x".repeat(2_000))).isFalse();
            limits.remove("mqtt.max-retained-bytes");
            await().atMost(SOON).until(() -> retained(device, "kept/4", "x".repeat(2_000)));
        }
    }

    private static void retain(Device device, String topic, String payload) {
        assertThat(retained(device, topic, payload)).as(topic).isTrue();
    }

    private static boolean retained(Device device, String topic, String payload) {
        try {
            return device.retain(topic, payload).getError().isEmpty();
        } catch (Mqtt5PubAckException e) {
            assertThat(e.getMqttMessage().getReasonCode().getCode()).isEqualTo(QUOTA_EXCEEDED);
            return false;
        }
    }

    @Test
    void asManyStreamsAsItMay(EmbeddedPulsar pulsar) throws Exception {
        OperatorLimits limits = new OperatorLimits(pulsar, "limStreams").set("mqtt.max-streams", 1);
        AdminCalls admin = new AdminCalls(broker);
        try (RawClient client = connected("opens", "limStreams")) {
            assertThat(create(admin, "first")).isEqualTo(201);
            AdminCalls.Answer second = admin.ask("PUT", "streams/limStreams/second", filter("second"), null);
            assertThat(second.status()).isEqualTo(409);
            assertThat(second.error()).contains("the 1 streams that it may have");

            limits.set("mqtt.max-streams", 2);
            await("raised").atMost(SOON).until(() -> create(admin, "second") == 201);

            limits.set("mqtt.max-streams", 1);
            await("the younger one is not served")
                    .atMost(SOON)
                    .until(() -> broker.status()
                            .refusal("persistent://limStreams/streams/second")
                            .isPresent());
            limits.remove("mqtt.max-streams");
            await("it is again")
                    .atMost(SOON)
                    .until(() -> broker.status()
                            .refusal("persistent://limStreams/streams/second")
                            .isEmpty());
            assertThat(client.send(RawClient.packet(0xC0)).read().type()).isEqualTo(13);
        }
    }

    private static int create(AdminCalls admin, String name) throws Exception {
        return admin.ask("PUT", "streams/limStreams/" + name, filter(name), null)
                .status();
    }

    private static String filter(String name) {
        return "{\"properties\": {\"mqtt.filter\": \"" + name + "/#\"}}";
    }

    @Test
    void streamsStoreAsMuchAsTheyMay(EmbeddedPulsar pulsar) throws Exception {
        OperatorLimits limits = new OperatorLimits(pulsar, "limStorage").set("mqtt.max-stream-storage", 20_000);
        try (RawClient client = connected("stores", "limStorage")) {
            Tenants.createStream(pulsar, broker, "limStorage", "stored", "large/#");
            await("full")
                    .atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> answer(client, 1, "x".repeat(1_000)) == QUOTA_EXCEEDED);
            assertThat(pulsar.admin()
                            .topics()
                            .getPartitionedStats("persistent://limStorage/streams/stored", false)
                            .getStorageSize())
                    .isGreaterThanOrEqualTo(20_000);
            assertThat(answer(client, 2, "x")).isEqualTo(QUOTA_EXCEEDED);

            limits.set("mqtt.max-stream-storage", 10_000_000);
            await("raised").atMost(SOON).until(() -> answer(client, 1, "x") == 0);
        }
    }

    @Test
    void payloadsAreAsLargeAsTheyMay(EmbeddedPulsar pulsar) throws Exception {
        OperatorLimits limits = new OperatorLimits(pulsar, "limPayloads").set("mqtt.max-payload-bytes", 100);
        String large = "x".repeat(101);
        try (RawClient client = connected("large", "limPayloads");
                RawClient old = new RawClient(broker.port());
                Device subscriber = Tenants.device(broker, "limPayloads", "subscriber")) {
            subscriber.subscribe("large/#", MqttQos.AT_LEAST_ONCE);
            assertThat(answer(client, 1, "x".repeat(100))).isZero();
            assertThat(answer(client, 1, large)).isEqualTo(QUOTA_EXCEEDED);
            assertThat(answer(client, 2, large)).isEqualTo(QUOTA_EXCEEDED);
            long dropped = broker.status().counter("droppedPayloadTooLarge");
            client.send(RawClient.publish5("large/0", 0, 0, large)).send(RawClient.packet(0xC0));
            assertThat(client.read().type()).isEqualTo(13);
            assertThat(broker.status().counter("droppedPayloadTooLarge")).isEqualTo(dropped + 1);

            assertThat(old.send(connect311("old", "limPayloads")).read().at(1)).isZero();
            old.send(RawClient.packet(0x32, "large/1", 0, 1, large.getBytes(UTF_8)));
            assertThat(old.readUntilClosed()).as("no answer").isZero();
            byte[] will = RawClient.packet(
                    0x10,
                    "MQTT",
                    5,
                    0x86,
                    0,
                    60,
                    0,
                    "with-will",
                    0,
                    "large/will",
                    0,
                    101,
                    large.getBytes(UTF_8),
                    "limPayloads");
            assertThat(Tenants.code(broker, will).at(1)).isEqualTo(QUOTA_EXCEEDED);

            limits.set("mqtt.max-payload-bytes", 101);
            await().atMost(SOON).until(() -> answer(client, 1, large) == 0);
            assertThat(subscriber.next(2)).containsExactly("x".repeat(100), large);
        }
    }

    /** The code of PUBACK or PUBREC. */
    private static int answer(RawClient client, int qos, String payload) throws Exception {
        RawPacket answer =
                client.send(RawClient.publish5("large/1", qos, 7, payload)).read();
        return answer.body().length > 2 ? answer.at(2) : 0;
    }
}
