package io.magnetar.it.mqtt;

import static io.magnetar.it.client.DurableClients.connect;
import static io.magnetar.it.client.DurableClients.connect5;
import static io.magnetar.it.client.DurableClients.durable;
import static io.magnetar.it.client.DurableClients.packetId;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.admin.LongRunningProcessStatus;
import org.apache.pulsar.client.admin.PulsarAdminException;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.common.policies.data.RetentionPolicies;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Last-value streams as MQTT clients see them: the key is the topic, the payload tells the key and its version. */
@ExtendWith(MqttExtension.class)
class LastValueStreamTest {
    private static final int PUBLISH = 3;
    private static final int DUP = 8;

    private final EmbeddedPulsar pulsar;
    private final MqttBroker broker;

    LastValueStreamTest(EmbeddedPulsar pulsar, MqttBroker broker) {
        this.pulsar = pulsar;
        this.broker = broker;
    }

    private void create(String name, int partitions) throws PulsarAdminException {
        Streams.create(
                pulsar,
                name,
                partitions,
                Map.of("mqtt.filter", name + "/#", "mqtt.key", "topic", "mqtt.last-value", "true"));
        broker.status().awaitStream(name);
    }

    /** Publishes payloads, each to the topic that it begins with: {@code b2} is of the key {@code b}. */
    private void publish(String name, String... payloads) {
        try (Device publisher = Device.connect(broker.port(), "publisher-of-" + name)) {
            for (String payload : payloads) {
                publisher.publish(name + "/" + payload.charAt(0), payload, MqttQos.AT_LEAST_ONCE);
            }
        }
    }

    private void delete(String name, String key) {
        try (Device publisher = Device.connect(broker.port(), "deleter-of-" + name)) {
            publisher.publish(name + "/" + key, "", MqttQos.AT_LEAST_ONCE);
        }
    }

    private void compact(String name, int partitions) throws PulsarAdminException {
        for (int i = 0; i < partitions; i++) {
            String partition = Streams.pulsarTopic(name) + "-partition-" + i;
            pulsar.admin().topics().triggerCompaction(partition);
            await().atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> pulsar.admin().topics().compactionStatus(partition).status
                            == LongRunningProcessStatus.Status.SUCCESS);
        }
    }

    /** What a replay shows until now. */
    private List<String> replay(String filter) throws Exception {
        try (Device device = Device.connect(broker.port(), "replay-" + filter.hashCode())) {
            device.subscribe(filter, MqttQos.AT_LEAST_ONCE);
            List<String> payloads = new ArrayList<>();
            for (Mqtt5Publish next = device.next();
                    !next.getTopic().toString().startsWith("$stream-end/");
                    next = device.next()) {
                payloads.add(Device.text(next));
            }
            return payloads;
        }
    }

    @ParameterizedTest
    @EnumSource(MqttQos.class)
    void showsTheNewestMessageOfEachKeyThenWhatFollows(MqttQos qos) throws Exception {
        String name = "last-" + qos.getCode();
        create(name, 4);
        publish(name, "a1", "b1", "c1", "d1", "e1", "f1", "b2", "e2", "a2", "b3");
        List<String> expected = List.of("c1", "d1", "f1", "e2", "a2", "b3");
        for (int compacted = 0; compacted < 2; compacted++) {
            try (Device device = Device.connect(broker.port(), name)) {
                device.subscribe("$s/earliest/" + name + "/#", qos);
                List<String> shown = new ArrayList<>();
                for (int i = 0; i < 6; i++) {
                    Mqtt5Publish next = device.next();
                    shown.add(Device.text(next));
                    assertThat(Device.userProperty(next, "key"))
                            .isEqualTo(next.getTopic().toString());
                    assertThat(next.getQos().getCode()).isEqualTo(Math.min(1, qos.getCode()));
                }
                assertThat(shown).isEqualTo(expected);
                publish(name, "c2", "c3");
                assertThat(device.next(2)).containsExactly("c2", "c3");
                delete(name, "c");
                assertThat(device.next(1)).as("a deletion is told").containsExactly("");
                publish(name, "c1", "d1", "f1", "e2", "a2", "b3");
            }
            compact(name, 4);
        }
        assertThat(replay("$s/earliest..now/" + name + "/#")).isEqualTo(expected);
    }

    @Test
    void aDeletedKeyIsNotShown() throws Exception {
        create("last-deleted", 2);
        publish("last-deleted", "a1", "b1", "c1");
        delete("last-deleted", "b");
        assertThat(replay("$s/earliest..now/last-deleted/#")).containsExactly("a1", "c1");
        compact("last-deleted", 2);
        assertThat(replay("$s/earliest..now/last-deleted/#")).containsExactly("a1", "c1");
        publish("last-deleted", "b2");
        assertThat(replay("$s/earliest..now/last-deleted/#")).containsExactly("a1", "c1", "b2");
        assertThat(replay("$s/earliest..now/last-deleted/b")).containsExactly("b2");
        assertThat(replay("$stream/last-deleted@last-1..now/last-deleted/+")).contains("b2");
    }

    @ParameterizedTest
    @EnumSource(MqttQos.class)
    void aDurableSessionGoesOnWithTheNewestSince(MqttQos qos) throws Exception {
        String name = "last-durable-" + qos.getCode();
        create(name, 2);
        publish(name, "a1", "b1", "c1");
        try (Device first = durable(broker.port(), name)) {
            first.subscribe("$s/earliest/" + name + "/#", qos);
            assertThat(first.next(3)).containsExactly("a1", "b1", "c1");
        }
        publish(name, "a2", "d1", "a3", "d2");
        delete(name, "b");
        compact(name, 2);

        try (Device second = durable(broker.port(), name)) {
            assertThat(second.next(3)).containsExactly("a3", "d2", "");
            publish(name, "e1");
            assertThat(second.next(1)).containsExactly("e1");
        }
        try (Device third = durable(broker.port(), name)) {
            publish(name, "f1");
            assertThat(third.next(1)).containsExactly("f1");
        }
    }

    @Test
    void whatIsOnItsWayComesAgainThoughItWasSuperseded() throws Exception { // [MQTT-4.4.0-1]
        create("last-again", 1);
        publish("last-again", "a1", "b1", "c1");
        List<RawPacket> sent;
        try (RawClient client = new RawClient(broker.port())) {
            connect(client, connect5("last-again", true, 60));
            client.send(RawClient.subscribe5("$s/earliest/last-again/#", 1));
            sent = publishes(client, 3);
            client.send(RawClient.packet(0x40, packetId(sent.get(0))));
            client.send(RawClient.packet(0xE0)).readAll(); // DISCONNECT, until the broker has closed the connection
        }
        publish("last-again", "b2", "c2", "c3");
        compact("last-again", 1);

        try (RawClient again = new RawClient(broker.port())) {
            connect(again, connect5("last-again", false, 60));
            List<RawPacket> resent = publishes(again, 4);

            assertThat(resent.stream().map(RawPacket::payload5)).containsExactly("b1", "c1", "b2", "c3");
            assertThat(packetId(resent.get(0))).isEqualTo(packetId(sent.get(1)));
            assertThat(packetId(resent.get(1))).isEqualTo(packetId(sent.get(2)));
            assertThat(resent.stream().map(packet -> packet.header() & DUP)).containsExactly(DUP, DUP, 0, 0);
        }
    }

    /** The next PUBLISH packets, whatever comes between them. */
    private static List<RawPacket> publishes(RawClient client, int count) throws Exception {
        List<RawPacket> found = new ArrayList<>();
        while (found.size() < count) {
            RawPacket packet = client.read();
            if (packet.type() == PUBLISH) {
                found.add(packet);
            }
        }
        return found;
    }

    @Test
    void aMessageOfAPulsarProducerNeedsAKeyOnly() throws Exception {
        Streams.create(pulsar, "last-api", 2, Map.of("mqtt.filter", "last-api/x", "mqtt.last-value", "true"));
        broker.status().awaitStream("last-api");
        try (Producer<byte[]> producer = pulsar.client()
                .newProducer()
                .topic(Streams.pulsarTopic("last-api"))
                .create()) {
            for (int i = 0; i < 6; i++) {
                producer.newMessage()
                        .key("key-" + i % 3)
                        .value(("v" + i).getBytes(UTF_8))
                        .send();
            }
            producer.newMessage().key("key-1").value(new byte[0]).send();
        }
        assertThat(replay("$s/earliest..now/last-api/x")).containsExactly("v3", "v5");
        compact("last-api", 2);
        assertThat(replay("$s/earliest..now/last-api/x")).containsExactly("v3", "v5");
    }

    @Test
    void aKeyIsNotShownWhenItsNewestMessageIsOlderThanTheRetention() throws Exception {
        create("last-expired", 2);
        pulsar.admin().topicPolicies().setRetention(Streams.pulsarTopic("last-expired"), new RetentionPolicies(60, -1));
        long now = TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis());
        try (Producer<byte[]> producer = pulsar.client()
                .newProducer()
                .topic(Streams.pulsarTopic("last-expired"))
                .create()) {
            for (String key : List.of("a", "b", "c")) {
                for (int minutesAgo : List.of(90, 70, key.equals("b") ? 10 : 65)) {
                    producer.newMessage()
                            .key("last-expired/" + key)
                            .property("mqtt.topic", "last-expired/" + key)
                            .property("mqtt.ts", Long.toString(now - TimeUnit.MINUTES.toMicros(minutesAgo)))
                            .value((key + minutesAgo).getBytes(UTF_8))
                            .send();
                }
            }
        }
        publish("last-expired", "c1");
        compact("last-expired", 2);
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() ->
                        assertThat(replay("$s/earliest..now/last-expired/#")).containsExactly("b10", "c1"));
    }

    @Test
    void aPahoClientSeesWhatIsNewest() throws Exception {
        create("last-paho", 3);
        publish("last-paho", "a1", "b1", "a2");
        BlockingQueue<String> got = new LinkedBlockingQueue<>();
        MqttClient client = new MqttClient("tcp://127.0.0.1:" + broker.port(), "last-paho", new MemoryPersistence());
        client.setCallback(new Paho5Messages(got));
        client.connect();
        try {
            client.subscribe(new MqttSubscription[] {new MqttSubscription("$s/earliest/last-paho/#", 1)});
            assertThat(got.poll(20, TimeUnit.SECONDS)).isEqualTo("last-paho/b 1 b1");
            assertThat(got.poll(20, TimeUnit.SECONDS)).isEqualTo("last-paho/a 1 a2");
            publish("last-paho", "b2");
            assertThat(got.poll(20, TimeUnit.SECONDS)).isEqualTo("last-paho/b 1 b2");
        } finally {
            client.disconnect();
            client.close();
        }
    }

    @Test
    void aGroupSeesEveryMessage() throws Exception {
        create("last-group", 1);
        publish("last-group", "a1", "a2", "b1");
        compact("last-group", 1);
        try (Device member = Device.connect(broker.port(), "last-group")) {
            member.subscribe("$share/all/$s/earliest/last-group/#", MqttQos.AT_LEAST_ONCE);
            assertThat(member.next(3)).containsExactly("a1", "a2", "b1");
        }
        publish("last-group", "b2", "b3", "b4");
        try (Device member = Device.connect(broker.port(), "last-group-last")) {
            member.subscribe("$share/last/$stream/last-group@last-2", MqttQos.AT_LEAST_ONCE);
            assertThat(member.next(2)).as("messages, not keys").containsExactly("b3", "b4");
        }
    }

    @Test
    void isCompactedByItself() throws Exception {
        create("last-policy", 1);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> Long.valueOf(128 << 20)
                        .equals(pulsar.admin()
                                .topicPolicies()
                                .getCompactionThreshold(Streams.pulsarTopic("last-policy"))));
        Streams.create(pulsar, broker, "last-none", "last-none/#", 1);
        pulsar.admin().topics().updateProperties(Streams.pulsarTopic("last-none"), Map.of("mqtt.last-value", "true"));
        await().atMost(Duration.ofSeconds(20))
                .until(() -> pulsar.admin().topicPolicies().getCompactionThreshold(Streams.pulsarTopic("last-none"))
                        != null);
    }

    @Test
    void isNotCompactedWhereItsNamespaceSaysNever() throws Exception {
        pulsar.admin().namespaces().setCompactionThreshold("public/streams", 0);
        try {
            create("last-never", 1);
            await().during(Duration.ofSeconds(2))
                    .atMost(Duration.ofSeconds(20))
                    .until(() ->
                            pulsar.admin().topicPolicies().getCompactionThreshold(Streams.pulsarTopic("last-never"))
                                    == null);
        } finally {
            pulsar.admin().namespaces().removeCompactionThreshold("public/streams");
        }
    }

    @Test
    void isCompactedByItselfWhenItIsMadeAgain() throws Exception {
        String topic = Streams.pulsarTopic("last-anew");
        for (int made = 0; made < 2; made++) {
            create("last-anew", 1);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> Long.valueOf(128 << 20)
                            .equals(pulsar.admin().topicPolicies().getCompactionThreshold(topic)));
            pulsar.admin().topics().deletePartitionedTopic(topic, true);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> broker.status().stream("last-anew").isEmpty());
        }
    }

    @Test
    void isMadeAndDeletedOverHttp() throws Exception {
        AdminCalls calls = new AdminCalls(broker);
        AdminCalls.Answer refused = calls.ask(
                "PUT",
                "streams/public/last-http",
                "{\"properties\": {\"mqtt.filter\": \"last-http/#\", \"mqtt.last-value\": \"yes\"}}",
                null);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.error()).isEqualTo("mqtt.last-value=yes is neither 'true' nor 'false'");

        AdminCalls.Answer made = calls.ask(
                "PUT",
                "streams/public/last-http",
                "{\"properties\": {\"mqtt.filter\": \"last-http/#\", \"mqtt.last-value\": \"true\"}}",
                null);
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.body().path("lastValue").asBoolean()).isTrue();
        publish("last-http", "a1");
        compact("last-http", 1);
        AdminCalls.Answer stats = calls.get("streams/public/last-http/stats");
        assertThat(stats.body().path("subscriptions")).isEmpty();
        assertThat(stats.body().path("storageHeldBy")).isEmpty();
        assertThat(calls.ask("DELETE", "streams/public/last-http", "", null).status())
                .as("compaction's cursor is nobody's subscription")
                .isEqualTo(200);
    }
}
