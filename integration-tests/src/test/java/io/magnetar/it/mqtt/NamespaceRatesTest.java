package io.magnetar.it.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** How fast the clients of a namespace may be, together and each. */
@ExtendWith(MqttExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NamespaceRatesTest {
    private static final int PUBACK = 4;
    private static final int PINGRESP = 13;
    private static final int MESSAGE_RATE_TOO_HIGH = 0x96;
    private static final int QUOTA_EXCEEDED = 0x97;

    private MqttBroker broker;

    @BeforeAll
    void start(EmbeddedPulsar pulsar) throws Exception {
        broker = MqttBroker.start(
                pulsar.broker(), Map.of("mqttNamespaceFrom", "username", "mqttTenants", "public|rate.*"));
    }

    @AfterAll
    void stop() {
        broker.close();
    }

    private RawClient connected(String clientId, String username) throws Exception {
        RawClient client = new RawClient(broker.port());
        assertThat(client.send(Tenants.connect5(clientId, username)).read().at(1))
                .isZero();
        return client;
    }

    private static byte[] publishes(int qos, int count, String payload) {
        byte[][] packets = new byte[count][];
        for (int i = 0; i < count; i++) {
            packets[i] = RawClient.publish5("rate/x", qos, qos == 0 ? 0 : i + 1, payload);
        }
        return RawClient.bytes((Object[]) packets);
    }

    private static Duration since(long beganNanos) {
        return Duration.ofNanos(System.nanoTime() - beganNanos);
    }

    @Test
    void allClientsTogetherAreReadNoFasterThanTheyMay(EmbeddedPulsar pulsar) throws Exception {
        OperatorLimits limits = new OperatorLimits(pulsar, "rateIn").set("mqtt.message-rate-in", 100);
        new OperatorLimits(pulsar, "rateInNot");
        try (RawClient one = connected("one", "rateIn");
                RawClient two = connected("two", "rateIn");
                RawClient other = connected("other", "rateInNot")) {
            long began = System.nanoTime();
            one.send(publishes(1, 125, ""));
            two.send(publishes(1, 125, ""));
            other.send(publishes(1, 1_000, ""));
            for (int i = 0; i < 1_000; i++) {
                assertThat(other.read().type()).isEqualTo(PUBACK);
            }
            Duration others = since(began);
            for (int i = 0; i < 125; i++) {
                assertThat(code(one.read())).as("nothing is refused").isLessThan(0x80);
                assertThat(code(two.read())).isLessThan(0x80);
            }
            // A hundred come at once.
            assertThat(since(began)).isBetween(Duration.ofMillis(1_490), Duration.ofSeconds(8));
            assertThat(others).as("another namespace waits for nothing").isLessThan(since(began));

            limits.set("mqtt.message-rate-in", 1);
            one.send(publishes(1, 2_000, ""));
            limits.remove("mqtt.message-rate-in");
            long raised = System.nanoTime();
            for (int i = 0; i < 2_000; i++) {
                assertThat(one.read().type()).isEqualTo(PUBACK);
            }
            assertThat(since(raised)).isLessThan(Duration.ofSeconds(8));
        }
    }

    @Test
    void whoIsTooFastForLongerThanThatIsBorneWithIsToldSoAtTheEnd(EmbeddedPulsar pulsar) throws Exception {
        new OperatorLimits(pulsar, "rateStubborn")
                .set(Map.of(
                        "mqtt.client.message-rate-in", "10",
                        "mqtt.client.message-burst-in", "1",
                        "mqtt.client.max-seconds-too-fast", "1"));
        try (RawClient patient = connected("patient", "rateStubborn");
                RawClient stubborn = connected("stubborn", "rateStubborn");
                RawClient old = new RawClient(broker.port())) {
            old.send(RawClient.packet(0x10, "MQTT", 4, 0x82, 0, 60, "old", "rateStubborn"))
                    .read();
            stubborn.send(publishes(1, 1_000, ""));
            old.send(RawClient.packet(0x30, "rate/x"))
                    .send(RawClient.bytes(Collections.nCopies(1_000, RawClient.packet(0x30, "rate/x"))
                            .toArray()));
            patient.send(publishes(1, 4, ""));

            RawPacket next = stubborn.read();
            while (next.type() == PUBACK) {
                next = stubborn.read();
            }
            assertThat(next.type()).as("DISCONNECT").isEqualTo(14);
            assertThat(next.at(0)).isEqualTo(MESSAGE_RATE_TOO_HIGH);
            old.readUntilClosed();
            for (int i = 0; i < 4; i++) {
                assertThat(patient.read().type()).isEqualTo(PUBACK);
            }
            assertThat(patient.send(RawClient.packet(0xC0)).read().type())
                    .as("who was too fast for a moment stays")
                    .isEqualTo(PINGRESP);
            assertThat(broker.status().counter("connectionsTooFast")).isEqualTo(2);
        }
    }

    @Test
    void whoWaitsTooLongForTheShareOfItsNamespaceIsToldSoAndIsHeardBetween(EmbeddedPulsar pulsar) throws Exception {
        new OperatorLimits(pulsar, "rateOverdue")
                .set(Map.of("mqtt.message-rate-in", "1", "mqtt.message-burst-in", "1"));
        long dropped = broker.status().counter("droppedRateLimited");
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            clients.add(connected("new-" + i, "rateOverdue"));
        }
        long began = System.nanoTime();
        for (RawClient client : clients) {
            client.send(RawClient.bytes(publishes(1, 5, ""), publishes(0, 5, ""), RawClient.packet(0xC0)));
        }
        int refused = 0;
        for (RawClient client : clients) {
            for (int i = 0; i < 5; i++) {
                RawPacket answer = client.read();
                assertThat(answer.type()).isEqualTo(PUBACK);
                refused += code(answer) == QUOTA_EXCEEDED ? 1 : 0;
            }
            assertThat(client.read().type()).isEqualTo(PINGRESP);
            client.close();
        }
        assertThat(since(began)).as("not the time that 60 messages take").isLessThan(Duration.ofSeconds(30));
        assertThat(refused).isBetween(1, 29);
        assertThat(broker.status().counter("droppedRateLimited")).isBetween(dropped + 1, dropped + 30);
    }

    @Test
    void beforeMqtt5WhoWaitsTooLongIsDisconnected(EmbeddedPulsar pulsar) throws Exception {
        new OperatorLimits(pulsar, "rateOverdueOld")
                .set(Map.of("mqtt.message-rate-in", "1", "mqtt.message-burst-in", "1"));
        long ended = broker.status().counter("protocolErrors");
        byte[] publish = RawClient.packet(0x32, "rate/x", 0, 1, "".getBytes(UTF_8));
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            RawClient client = new RawClient(broker.port());
            clients.add(client);
            client.send(RawClient.packet(0x10, "MQTT", 4, 0x82, 0, 60, "old-" + i, "rateOverdueOld"));
            assertThat(client.read().at(1)).isZero();
        }
        for (RawClient client : clients) {
            client.send(RawClient.bytes(publish, publish, publish, publish, publish, publish, publish, publish));
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> broker.status().counter("protocolErrors") >= ended + 3);
        for (RawClient client : clients) {
            client.close();
        }
    }

    /** The reason code of PUBACK. */
    private static int code(RawPacket pubAck) {
        return pubAck.body().length > 2 ? pubAck.at(2) : 0;
    }

    @Test
    void aClientIsReadNoFasterThanItMayAndTheOthersAreNotHeldForIt(EmbeddedPulsar pulsar) throws Exception {
        OperatorLimits limits = new OperatorLimits(pulsar, "rateClient")
                .set(Map.of("mqtt.client.message-rate-in", "50", "mqtt.client.byte-rate-in", "10000"));
        try (RawClient one = connected("one", "rateClient");
                RawClient two = connected("two", "rateClient")) {
            long began = System.nanoTime();
            one.send(publishes(1, 125, ""));
            for (int i = 0; i < 125; i++) {
                assertThat(one.read().type()).isEqualTo(PUBACK);
            }
            assertThat(since(began)).isGreaterThan(Duration.ofMillis(1_490));

            began = System.nanoTime();
            two.send(publishes(1, 1, "x".repeat(30_000))).send(RawClient.packet(0xC0));
            assertThat(two.read().type()).isEqualTo(PUBACK);
            assertThat(two.read().type()).isEqualTo(PINGRESP);
            assertThat(since(began)).isGreaterThan(Duration.ofMillis(1_900));

            limits.set(Map.of("mqtt.client.message-rate-in", "1", "mqtt.client.message-burst-in", "1"));
            two.send(publishes(1, 600, ""));
            limits.remove("mqtt.client.message-rate-in");
            limits.remove("mqtt.client.byte-rate-in");
            long raised = System.nanoTime();
            for (int i = 0; i < 600; i++) {
                assertThat(two.read().type()).isEqualTo(PUBACK);
            }
            assertThat(since(raised)).isLessThan(Duration.ofSeconds(8));
        }
    }

    @Test
    void whatIsSentBeyondARateWaitsOrIsDroppedAndCounted(EmbeddedPulsar pulsar) throws Exception {
        OperatorLimits limits = new OperatorLimits(pulsar, "rateOut")
                .set(Map.of("mqtt.message-rate-out", "20", "mqtt.message-burst-out", "20"));
        try (Device subscriber = Tenants.device(broker, "rateOut", "subscriber");
                RawClient publisher = connected("publisher", "rateOut")) {
            subscriber.subscribe("rate/#", MqttQos.AT_LEAST_ONCE);
            long began = System.nanoTime();
            publisher.send(publishes(1, 60, "kept"));
            assertThat(subscriber.next(60)).containsOnly("kept");
            assertThat(since(began)).isBetween(Duration.ofMillis(1_900), Duration.ofSeconds(10));
            for (int i = 0; i < 60; i++) {
                assertThat(publisher.read().type())
                        .as("publishers wait for nobody")
                        .isEqualTo(PUBACK);
            }

            long dropped = broker.status().counter("droppedRateLimited");
            publisher.send(publishes(0, 100, "live")).send(RawClient.packet(0xC0));
            assertThat(publisher.read().type()).isEqualTo(PINGRESP);
            await().atMost(Duration.ofSeconds(5))
                    .until(() -> broker.status().counter("droppedRateLimited") >= dropped + 70);

            limits.set(Map.of("mqtt.message-rate-out", "1000000", "mqtt.message-burst-out", "1000000"));
            await().atMost(Duration.ofSeconds(5)).until(() -> {
                long before = broker.status().counter("droppedRateLimited");
                publisher.send(publishes(0, 50, "free")).send(RawClient.packet(0xC0));
                publisher.read();
                return broker.status().counter("droppedRateLimited") == before;
            });
        }
    }

    @Test
    void aReplayIsPacedAndLosesNothing(EmbeddedPulsar pulsar) throws Exception {
        new OperatorLimits(pulsar, "rateReplay")
                .set(Map.of("mqtt.client.message-rate-out", "50", "mqtt.client.message-burst-out", "50"));
        try (RawClient publisher = connected("publisher", "rateReplay");
                Device reader = Tenants.device(broker, "rateReplay", "reader")) {
            Tenants.createStream(pulsar, broker, "rateReplay", "kept", "rate/#");
            List<String> sent =
                    IntStream.range(0, 150).mapToObj(Integer::toString).toList();
            for (String payload : sent) {
                publisher.send(RawClient.publish5("rate/x", 1, 1, payload)).read();
            }
            long began = System.nanoTime();
            reader.subscribe("$s/earliest/rate/#", MqttQos.AT_MOST_ONCE);
            assertThat(reader.next(150)).containsExactlyElementsOf(sent);
            assertThat(since(began)).isGreaterThan(Duration.ofMillis(1_900));
        }
    }
}
