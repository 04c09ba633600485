package io.magnetar.it.listener;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.magnetar.it.client.DurableClients;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import io.magnetar.it.mqtt.MqttBroker;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.it.pulsar.PulsarExtension;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Limits of connections, bans, flapping clients, and clients that are faster than they may be. */
@ExtendWith(PulsarExtension.class)
class LimitsTest {
    private static final int CONNACK = 2;
    private static final int PUBACK = 4;
    private static final int QUOTA_EXCEEDED = 0x97;
    private static final int BANNED = 0x8A;

    /** The reason code of the CONNACK; a refused connection ends behind it, and an MQTT 5 client hears why. */
    private static int connect(RawClient client, byte[] connect) throws IOException {
        RawPacket connAck = client.send(connect).read();
        assertThat(connAck.type()).isEqualTo(CONNACK);
        if (connAck.at(1) != 0) {
            assertThat(connAck.body().length == 2
                            || connAck.properties(2).reason().isPresent())
                    .as("an MQTT 5 client gets a reason")
                    .isTrue();
            client.readUntilClosed();
        }
        return connAck.at(1);
    }

    private static int connect(int port, byte[] connect) throws IOException {
        try (RawClient client = new RawClient(port)) {
            return connect(client, connect);
        }
    }

    @Test
    void tellsClientsThatTheBrokerIsFull(EmbeddedPulsar pulsar) throws Exception {
        try (MqttBroker broker = MqttBroker.start(pulsar.broker(), Map.of("mqttMaxConnections", "2"));
                RawClient first = new RawClient(broker.port())) {
            assertThat(connect(first, RawClient.connect5("full-1", 60))).isZero();
            try (RawClient second = new RawClient(broker.port())) {
                assertThat(connect(second, RawClient.connect5("full-2", 60))).isZero();

                assertThat(connect(broker.port(), RawClient.connect5("full-3", 60)))
                        .isEqualTo(QUOTA_EXCEEDED);
                assertThat(connect(broker.port(), RawClient.connect311("full-3", 60)))
                        .isEqualTo(3);
                assertThat(broker.status().get().at("/admission/clients").asInt())
                        .isEqualTo(2);
                try (RawClient again = new RawClient(broker.port())) {
                    assertThat(connect(again, RawClient.connect5("full-2", 60)))
                            .as("takes the place of its older connection")
                            .isZero();
                }
            }

            await().atMost(Duration.ofSeconds(30))
                    .until(() -> connect(broker.port(), RawClient.connect5("full-3", 60)) == 0);
        }
    }

    @Test
    void aCleanStartThatAFullBrokerRefusesLeavesTheSessionAsItWas(EmbeddedPulsar pulsar) throws Exception {
        try (MqttBroker broker = MqttBroker.start(pulsar.broker(), Map.of("mqttMaxConnections", "1"))) {
            try (RawClient owner = new RawClient(broker.port())) {
                DurableClients.connect(owner, DurableClients.connect5("full-owner", true, 60));
                owner.send(RawClient.subscribe5("full/kept", 1)).read();
            }
            try (RawClient other = new RawClient(broker.port())) {
                await().atMost(Duration.ofSeconds(30))
                        .until(() ->
                                broker.status().get().at("/admission/clients").asInt() == 0);
                assertThat(connect(other, RawClient.connect5("full-other", 60))).isZero();

                assertThat(connect(broker.port(), DurableClients.connect5("full-owner", true, 0)))
                        .isEqualTo(QUOTA_EXCEEDED);
                assertThat(connect(broker.port(), DurableClients.connect5("full-owner", true, 60)))
                        .isEqualTo(QUOTA_EXCEEDED);
                other.send(RawClient.publish5("full/kept", 1, 1, "owed")).read();
            }
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> broker.status().get().at("/admission/clients").asInt() == 0);
            try (RawClient owner = new RawClient(broker.port())) {
                RawPacket connAck = DurableClients.connect(owner, DurableClients.connect5("full-owner", false, 60));
                assertThat(DurableClients.sessionPresent(connAck)).isTrue();
                assertThat(DurableClients.text(owner.read())).isEqualTo("owed");
            }
        }
    }

    @Test
    void closesConnectionsBeyondTheListenersNumberAsTheyCome(EmbeddedPulsar pulsar) throws Exception {
        Map<String, String> settings = Map.of("mqttListeners", "ws://127.0.0.1:0?maxConnections=2");
        try (MqttBroker broker = MqttBroker.start(pulsar.broker(), settings)) {
            int port = broker.status().port("ws");
            try (RawClient first = new RawClient(port);
                    RawClient second = new RawClient(port);
                    RawClient third = new RawClient(port)) {
                assertThat(third.readUntilClosed()).isZero();
                assertThat(broker.status().counter("connectionsTurnedAway")).isOne();
                assertThat(connect(broker.port(), RawClient.connect5("other-listener", 60)))
                        .isZero();
                first.close();
                second.close();
            }
            await().atMost(Duration.ofSeconds(30)).until(() -> {
                try (RawClient next = new RawClient(port)) {
                    next.send("GET / HTTP/1.1\r\n\r\n".getBytes(US_ASCII));
                    return next.readUntilClosed() > 0;
                }
            });
        }
    }

    @Test
    void acceptsAsManyConnectionsInASecondAsItMayAndLosesNone(EmbeddedPulsar pulsar) throws Exception {
        Map<String, String> settings = Map.of("mqttListeners", "mqtt://127.0.0.2:0?connectionRate=20");
        try (MqttBroker broker = MqttBroker.start(pulsar.broker(), settings)) {
            int port = java.net
                    .URI
                    .create(broker.status().get().path("listeners").get(1).asText())
                    .getPort();
            List<RawClient> clients = new ArrayList<>();
            try {
                long began = System.nanoTime();
                for (int i = 0; i < 100; i++) {
                    clients.add(new RawClient(new Socket(InetAddress.getByName("127.0.0.2"), port)));
                    clients.get(i).send(RawClient.connect5("rate-" + i, 60));
                }
                for (RawClient client : clients) {
                    assertThat(client.read().at(1)).isZero();
                }

                // One call of the system accepts up to 16 at a time, so a second may have that many more.
                assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(1_800));
            } finally {
                for (RawClient client : clients) {
                    client.close();
                }
            }
        }
    }

    @Test
    void refusesTheBannedByClientIdentifierUsernameAndTheAddressThatAProxyNames(EmbeddedPulsar pulsar)
            throws Exception {
        Map<String, String> settings = Map.of(
                "mqttListeners",
                "mqtt://127.0.0.2:0?proxyProtocol=required",
                "mqttBanned",
                "client-id:rogue, username:mallory, address:203.0.113.0/24");
        try (MqttBroker broker = MqttBroker.start(pulsar.broker(), settings)) {
            byte[] mallory = RawClient.packet(0x10, "MQTT", 4, 0x82, 0, 60, "somebody", "mallory");
            assertThat(connect(broker.port(), RawClient.connect5("rogue", 60))).isEqualTo(BANNED);
            assertThat(connect(broker.port(), RawClient.connect311("rogue", 60)))
                    .isEqualTo(5);
            assertThat(connect(broker.port(), mallory)).isEqualTo(5);
            assertThat(connect(broker.port(), RawClient.connect5("good", 60))).isZero();

            int port = java.net
                    .URI
                    .create(broker.status().get().path("listeners").get(1).asText())
                    .getPort();
            assertThat(connectFrom("203.0.113.9", port)).isEqualTo(BANNED);
            assertThat(connectFrom("198.51.100.9", port)).isZero();
            assertThat(broker.status().get().at("/admission/bans").asInt()).isEqualTo(3);
        }
    }

    @Test
    void bansAnAddressThatComesAndGoesForTheTimeOfItsWindow(EmbeddedPulsar pulsar) throws Exception {
        Map<String, String> settings = Map.of(
                "mqttListeners",
                "mqtt://127.0.0.2:0?proxyProtocol=required",
                "mqttFlappingMaxConnectsPerAddress",
                "3",
                "mqttFlappingWindowSeconds",
                "86400",
                "mqttFlappingBanSeconds",
                "3600");
        try (MqttBroker broker = MqttBroker.start(pulsar.broker(), settings)) {
            int port = java.net
                    .URI
                    .create(broker.status().get().path("listeners").get(1).asText())
                    .getPort();
            for (int i = 0; i < 3; i++) {
                assertThat(connectFrom("203.0.113.9", port)).isZero();
            }

            assertThat(connectFrom("203.0.113.9", port)).isEqualTo(BANNED);
            assertThat(connectFrom("203.0.113.10", port)).as("another address").isZero();
            assertThat(broker.status().get().at("/admission/bans").asInt()).isOne();
        }
    }

    private static int connectFrom(String address, int port) throws IOException {
        try (RawClient client = new RawClient(new Socket(InetAddress.getByName("127.0.0.2"), port))) {
            client.send(("PROXY TCP4 " + address + " 127.0.0.2 4660 1883\r\n").getBytes(US_ASCII));
            return connect(client, RawClient.connect5("proxied-" + address, 60));
        }
    }

    @Test
    void bansAClientThatComesAndGoes(EmbeddedPulsar pulsar) throws Exception {
        Map<String, String> settings = Map.of("mqttFlappingMaxConnects", "5", "mqttFlappingBanSeconds", "1");
        try (MqttBroker broker = MqttBroker.start(pulsar.broker(), settings)) {
            for (int i = 0; i < 5; i++) {
                assertThat(connect(broker.port(), RawClient.connect5("flapping", 60)))
                        .isZero();
            }

            assertThat(connect(broker.port(), RawClient.connect5("flapping", 60)))
                    .isEqualTo(BANNED);
            assertThat(connect(broker.port(), RawClient.connect5("steady", 60))).isZero();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> connect(broker.port(), RawClient.connect5("flapping", 60)) == 0);
        }
    }

    @Test
    void readsAClientNoFasterThanItMayAndLosesNothing(EmbeddedPulsar pulsar) throws Exception {
        int messages = 400;
        try (MqttBroker broker = MqttBroker.start(pulsar.broker(), Map.of("mqttMaxMessageRate", "100"));
                RawClient client = new RawClient(broker.port())) {
            connect(client, RawClient.connect5("fast", 1));
            byte[] publish = RawClient.packet(0x32, "fast/x", 0, 1, 0, new byte[100]);
            byte[] all = new byte[messages * publish.length];
            for (int i = 0; i < messages; i++) {
                System.arraycopy(publish, 0, all, i * publish.length, publish.length);
            }
            long began = System.nanoTime();
            client.send(all);

            for (int i = 0; i < messages; i++) {
                assertThat(client.read().type()).as("answer %d", i).isEqualTo(PUBACK);
            }

            // The first 100 come at once, and the keep-alive of a second does not end what we do not read.
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(2_900));
            assertThat(broker.status().counter("readsPaused")).isPositive();
        }
    }

    @Test
    void keepsASilentClientWhileItIsNotReadForItsBytes(EmbeddedPulsar pulsar) throws Exception {
        try (MqttBroker broker = MqttBroker.start(pulsar.broker(), Map.of("mqttMaxByteRate", "10000"));
                RawClient client = new RawClient(broker.port())) {
            connect(client, RawClient.connect5("heavy", 1));
            long began = System.nanoTime();
            client.send(RawClient.packet(0x32, "heavy/x", 0, 1, 0, new byte[50_000]));
            client.send(RawClient.packet(0xC0));

            assertThat(client.read().type()).isEqualTo(PUBACK);
            assertThat(client.read().type()).as("PINGRESP").isEqualTo(13);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(3_500));
        }
    }

    @Test
    void theOperatorSaysHowLongAClientMayBeSilent(EmbeddedPulsar pulsar) throws Exception {
        try (MqttBroker broker = MqttBroker.start(pulsar.broker(), Map.of("mqttKeepAlivePercent", "300"));
                RawClient client = new RawClient(broker.port())) {
            long began = System.nanoTime();
            connect(client, RawClient.connect5("patient", 1));

            assertThat(client.read().at(0)).isEqualTo(0x8D);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(2_900));
        }
    }

    @Test
    void endsWhoSendsBytesThatMakeNoPacket(EmbeddedPulsar pulsar) throws Exception { // [MQTT-3.1.2-22]
        try (MqttBroker broker = MqttBroker.start(pulsar.broker(), Map.of());
                RawClient client = new RawClient(broker.port())) {
            assertThat(connect(client, RawClient.connect5("dripping", 1))).isZero();
            byte[] publish = RawClient.publish5("dripping", 0, 0, "x".repeat(100));
            AtomicInteger next = new AtomicInteger();
            ScheduledExecutorService drips = Executors.newSingleThreadScheduledExecutor();
            try {
                long began = System.nanoTime();
                var unused = drips.scheduleAtFixedRate(
                        () -> send(client, publish[next.getAndIncrement()]), 0, 100, TimeUnit.MILLISECONDS);

                assertThat(client.read().at(0)).isEqualTo(0x8D);
                assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(9));
            } finally {
                drips.shutdownNow();
            }
        }
    }

    private static void send(RawClient client, byte one) {
        try {
            client.send(new byte[] {one});
        } catch (IOException ended) {
            throw new UncheckedIOException(ended);
        }
    }
}
