package io.magnetar.it.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import io.magnetar.it.client.CertificateAuthority;
import io.magnetar.it.client.CertificateAuthority.Issued;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.PingFlood;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.WebSocketClient;
import io.magnetar.it.mqtt.MqttBroker;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.it.pulsar.PulsarExtension;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that break what MQTT is wrapped in, or take their time with it: they are closed or bounded, and nobody else notices. */
@ExtendWith(PulsarExtension.class)
class HostileTransportTest {
    private static final int HASTY_TIMEOUT_MILLIS = 1_000;

    @TempDir
    static Path directory;

    private static CertificateAuthority authority;
    private static MqttBroker broker;
    /** Waits no longer than {@link #HASTY_TIMEOUT_MILLIS} for a CONNECT. */
    private static MqttBroker hasty;

    @BeforeAll
    static void start(EmbeddedPulsar pulsar) throws Exception {
        authority = new CertificateAuthority(directory, "authority");
        Issued server = authority.issue("server");
        Map<String, String> settings = new HashMap<>(Map.of(
                "mqttListeners", "mqtts://127.0.0.1:0,ws://127.0.0.1:0,wss://127.0.0.1:0",
                "mqttTlsCertificateFile", server.certificateFile().toString(),
                "mqttTlsKeyFile", server.keyFile().toString()));
        broker = MqttBroker.start(pulsar.broker(), settings);
        settings.put("mqttConnectTimeoutMillis", Integer.toString(HASTY_TIMEOUT_MILLIS));
        hasty = MqttBroker.start(pulsar.broker(), settings);
    }

    @AfterAll
    static void stop() {
        hasty.close();
        broker.close();
    }

    private static Socket open(MqttBroker at, String scheme) throws Exception {
        return new Socket(InetAddress.getLoopbackAddress(), at.status().port(scheme));
    }

    private static Socket tls(MqttBroker at, String scheme) throws Exception {
        return CertificateAuthority.connect(authority.client(null), at.status().port(scheme));
    }

    @ParameterizedTest
    @ValueSource(strings = {"mqtts", "ws", "wss"})
    void survivesGarbageInPlaceOfAHandshake(String scheme) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (Device bystander = Device.connect(broker.port(), "bystander-" + scheme)) {
            bystander.subscribe("bystander/" + scheme, MqttQos.AT_LEAST_ONCE);
            for (int i = 0; i < 200; i++) {
                byte[] garbage = new byte[1 + random.nextInt(400)];
                random.nextBytes(garbage);
                try (RawClient client = new RawClient(open(broker, scheme))) {
                    client.send(garbage);
                } catch (IOException closed) {
                    // The broker may hang up while the garbage is still being sent.
                }
            }

            bystander.publish("bystander/" + scheme, "well", MqttQos.AT_LEAST_ONCE);

            assertThat(bystander.next(1)).as("seed %d", seed).containsExactly("well");
        }
    }

    @Test
    void survivesGarbageInFrames() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (Device bystander = Device.connect(broker.port(), "bystander-frames")) {
            bystander.subscribe("bystander/frames", MqttQos.AT_LEAST_ONCE);
            for (int i = 0; i < 200; i++) {
                byte[] garbage = new byte[1 + random.nextInt(400)];
                random.nextBytes(garbage);
                try (WebSocketClient client = new WebSocketClient(open(broker, "ws")).open()) {
                    if (random.nextBoolean()) {
                        client.send(RawClient.connect5("frames-" + i, 60)).read();
                    }
                    if (random.nextBoolean()) {
                        client.sendRaw(garbage);
                    } else {
                        client.send(garbage);
                    }
                } catch (IOException closed) {
                    // The broker may hang up while the garbage is still being sent.
                }
            }

            bystander.publish("bystander/frames", "well", MqttQos.AT_LEAST_ONCE);

            assertThat(bystander.next(1)).as("seed %d", seed).containsExactly("well");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mqtts", "ws", "wss"})
    void closesAClientThatSaysNothing(String scheme) throws Exception {
        long began = System.nanoTime();
        try (RawClient client = new RawClient(open(hasty, scheme))) {
            client.readUntilClosed();
        }
        assertNotEarly(began);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mqtts", "wss"})
    void closesAClientThatSaysNothingInsideTls(String scheme) throws Exception {
        long began = System.nanoTime();
        try (RawClient client = new RawClient(tls(hasty, scheme))) {
            client.readUntilClosed();
        }
        assertNotEarly(began);
    }

    @Test
    void closesAClientThatSaysNothingInsideAWebSocket() throws Exception {
        long began = System.nanoTime();
        try (WebSocketClient client = new WebSocketClient(open(hasty, "ws")).open()) {
            client.readUntilClosed();
        }
        assertNotEarly(began);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mqtts", "ws"})
    void closesAClientWhoseHandshakeNeverEnds(String scheme) throws Exception {
        // The begin of a ClientHello of 500 bytes, or of a header; then one byte after the other.
        byte[] begin = scheme.equals("ws")
                ? (WebSocketClient.request() + "X: ").getBytes(StandardCharsets.US_ASCII)
                : RawClient.bytes(0x16, 3, 1, 1, 0xF4, 1, 0, 1, 0xF0, 3, 3);
        long began = System.nanoTime();
        try (RawClient client = new RawClient(open(hasty, scheme))) {
            client.send(begin);

            await().pollInterval(Duration.ofMillis(100))
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> isClosedFor(client));
        }
        assertNotEarly(began);
    }

    private static boolean isClosedFor(RawClient client) {
        try {
            client.send(new byte[] {'x'});
            return false;
        } catch (IOException closed) {
            return true;
        }
    }

    @Test
    void tellsThatARequestTookTooLong() throws Exception {
        try (WebSocketClient client = new WebSocketClient(open(hasty, "ws"))) {
            client.sendRaw("GET /mqtt".getBytes(StandardCharsets.US_ASCII));

            assertThat(client.readHead()).startsWith("HTTP/1.1 408 ");
            client.readUntilClosed();
        }
    }

    /** Asserts that a connection that was opened after {@code began} and has ended was given its time. */
    private static void assertNotEarly(long began) {
        assertThat(Duration.ofNanos(System.nanoTime() - began).toMillis()).isGreaterThanOrEqualTo(HASTY_TIMEOUT_MILLIS);
    }

    @Test
    void doesNotAnswerThePingsOfAClientThatNeverReads() throws Exception {
        try (WebSocketClient deaf = new WebSocketClient(open(broker, "ws")).open()) {
            deaf.send(RawClient.connect5("deaf-pinger", 0)).read();
            byte[] ping = deaf.frame(WebSocketClient.FINAL | WebSocketClient.PING, new byte[125], 0, 125, true);
            byte[] pings = new byte[ping.length * 500];
            for (int i = 0; i < 500; i++) {
                System.arraycopy(ping, 0, pings, i * ping.length, ping.length);
            }
            long memory = PlatformDependent.usedDirectMemory();

            for (int i = 0; i < 500; i++) {
                deaf.sendRaw(pings);
            }

            assertThat(PlatformDependent.usedDirectMemory() - memory)
                    .as("growth of direct memory while 33 MB of pings came")
                    .isLessThan(16L << 20);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mqtts", "wss"})
    void readsNoMoreFromAClientThatDoesNotReadItsAnswers(String scheme) throws Exception {
        try (Socket socket = tls(broker, scheme)) {
            PingFlood.Way way;
            if (scheme.equals("wss")) {
                WebSocketClient frames = new WebSocketClient(socket).open();
                frames.send(RawClient.connect5("deaf-" + scheme, 0)).read();
                way = frames::send;
            } else {
                RawClient plain = new RawClient(socket);
                plain.send(RawClient.connect5("deaf-" + scheme, 0)).read();
                way = plain::send;
            }

            assertThat(PingFlood.send(way))
                    .as("bytes taken before the broker read no more")
                    .isLessThan(64L << 20);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mqtts", "wss"})
    void publishesTheWillOfAClientWhoseConnectionBreaksInsideTls(String scheme) throws Exception {
        try (Device watcher = Device.connect(broker.port(), "watcher-" + scheme)) {
            watcher.subscribe("will/" + scheme, MqttQos.AT_LEAST_ONCE);
            byte[] connect =
                    RawClient.packet(0x10, "MQTT", 4, 0x06, 0, 60, "dying-" + scheme, "will/" + scheme, "gone");
            Socket socket = tls(broker, scheme);
            if (scheme.equals("wss")) {
                new WebSocketClient(socket).open().send(connect).read();
            } else {
                new RawClient(socket).send(connect).read();
            }

            socket.close();

            assertThat(watcher.next(1)).containsExactly("gone");
        }
    }
}
