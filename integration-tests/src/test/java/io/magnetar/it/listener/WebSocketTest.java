package io.magnetar.it.listener;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import io.magnetar.it.client.CertificateAuthority;
import io.magnetar.it.client.CertificateAuthority.Issued;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.WebSocketClient;
import io.magnetar.it.client.WebSocketClient.Frame;
import io.magnetar.it.mqtt.MqttBroker;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.it.pulsar.PulsarExtension;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ws://} and {@code wss://}: MQTT 5.0 section 6 and RFC 6455. */
@ExtendWith(PulsarExtension.class)
class WebSocketTest {
    private static final int CONNACK = 2;
    private static final int PUBLISH = 3;
    private static final int SUBACK = 9;
    private static final int PINGRESP = 13;

    @TempDir
    static Path directory;

    private static CertificateAuthority authority;
    private static MqttBroker broker;
    private static int ws;
    private static int wss;

    @BeforeAll
    static void start(EmbeddedPulsar pulsar) throws Exception {
        authority = new CertificateAuthority(directory, "authority");
        Issued server = authority.issue("server");
        broker = MqttBroker.start(
                pulsar.broker(),
                Map.of(
                        "mqttListeners", "ws://127.0.0.1:0, wss://127.0.0.1:0",
                        "mqttTlsCertificateFile", server.certificateFile().toString(),
                        "mqttTlsKeyFile", server.keyFile().toString()));
        ws = broker.status().port("ws");
        wss = broker.status().port("wss");
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void servesHiveMq(boolean tls) throws Exception {
        var builder = Mqtt5Client.builder()
                .identifier("ws-hivemq-" + tls)
                .serverHost("localhost")
                .serverPort(tls ? wss : ws)
                .webSocketConfig()
                .serverPath("mqtt")
                .applyWebSocketConfig();
        if (tls) {
            builder = builder.sslConfig(MqttClientSslConfig.builder()
                    .trustManagerFactory(authority.trustManagers())
                    .build());
        }
        Mqtt5BlockingClient client = builder.buildBlocking();
        try (var publishes = client.publishes(MqttGlobalPublishFilter.ALL)) {
            client.connect();
            client.subscribeWith()
                    .topicFilter("ws-hivemq/" + tls)
                    .qos(MqttQos.EXACTLY_ONCE)
                    .send();
            for (int size : List.of(0, 1, 125, 126, 65_535, 65_536, 1_000_000)) {
                byte[] payload = new byte[size];
                new Random(size).nextBytes(payload);
                client.publishWith()
                        .topic("ws-hivemq/" + tls)
                        .qos(MqttQos.EXACTLY_ONCE)
                        .payload(payload)
                        .send();

                assertThat(publishes.receive(20, TimeUnit.SECONDS))
                        .hasValueSatisfying(publish ->
                                assertThat(publish.getPayloadAsBytes()).isEqualTo(payload));
            }
            client.disconnect();
        }
    }

    @Test
    void servesPaho() throws Exception {
        BlockingQueue<String> got = new LinkedBlockingQueue<>();
        try (MqttClient paho = new MqttClient("ws://127.0.0.1:" + ws + "/mqtt", "ws-paho", new MemoryPersistence())) {
            paho.connect();
            paho.subscribe("ws-paho/#", 2, (topic, message) -> got.add(new String(message.getPayload(), UTF_8)));
            paho.publish("ws-paho/x", "over a WebSocket".getBytes(UTF_8), 2, false);

            assertThat(got.poll(20, TimeUnit.SECONDS)).isEqualTo("over a WebSocket");
            paho.disconnect();
        }
    }

    /** [MQTT-6.0.0-2], 3.1.1: [MQTT-6.0.0-2]. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 100, 1_000_000})
    void understandsPacketsCutAndPackedIntoFramesAsTheClientLikes(int frameBytes) throws Exception {
        byte[] all = session("cut-" + frameBytes);
        try (WebSocketClient client = new WebSocketClient(ws).open()) {
            for (int from = 0; from < all.length; from += frameBytes) {
                int length = Math.min(frameBytes, all.length - from);
                client.sendRaw(client.frame(WebSocketClient.FINAL | WebSocketClient.BINARY, all, from, length, true));
            }

            assertSession(client);
        }
    }

    @Test
    void understandsAMessageInManyFragmentsWithPingsBetween() throws Exception {
        byte[] all = session("fragments");
        try (WebSocketClient client = new WebSocketClient(ws).open()) {
            for (int i = 0; i < all.length; i++) {
                int opcode = i == 0 ? WebSocketClient.BINARY : WebSocketClient.CONTINUATION;
                int last = i == all.length - 1 ? WebSocketClient.FINAL : 0;
                client.sendRaw(client.frame(opcode | last, all, i, 1, true));
                if (i == 4) {
                    client.send(WebSocketClient.FINAL | WebSocketClient.PING, "are you there".getBytes(UTF_8));
                    Frame pong = client.readFrame();
                    assertThat(pong.header()).isEqualTo(WebSocketClient.FINAL | WebSocketClient.PONG);
                    assertThat(pong.payload()).isEqualTo("are you there".getBytes(UTF_8));
                }
            }

            assertSession(client);
        }
    }

    @Test
    void understandsPacketsThatComeInOneWriteWithTheRequest() throws Exception {
        try (WebSocketClient client = new WebSocketClient(ws)) {
            byte[] all = session("pipelined");
            client.sendRaw(RawClient.bytes(
                    (WebSocketClient.request() + "\r\n").getBytes(UTF_8),
                    client.frame(WebSocketClient.FINAL | WebSocketClient.BINARY, all, 0, all.length, true)));

            assertThat(client.readHead()).startsWith("HTTP/1.1 101 ");
            assertSession(client);
        }
    }

    private static byte[] session(String name) {
        return RawClient.bytes(
                RawClient.connect5(name, 60),
                RawClient.subscribe5(name + "/x", 0),
                RawClient.packet(0x30, name + "/x", 0, "hello".getBytes(UTF_8)),
                RawClient.packet(0xC0));
    }

    private static void assertSession(WebSocketClient client) throws IOException {
        assertThat(client.read().type()).isEqualTo(CONNACK);
        assertThat(client.read().type()).isEqualTo(SUBACK);
        assertThat(client.read().type()).isEqualTo(PUBLISH);
        assertThat(client.read().type()).isEqualTo(PINGRESP);
    }

    /** [MQTT-6.0.0-3], [MQTT-6.0.0-4], 3.1.1: [MQTT-6.0.0-4]. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"mqtt | mqtt", "mqttv3.1 | mqttv3.1", "chat, mqttv3.1,mqtt | mqttv3.1", "chat , mqtt | mqtt"})
    void choosesASubprotocolOfMqtt(String offered, String chosen) throws Exception {
        try (WebSocketClient client = new WebSocketClient(ws)) {
            assertThat(client.ask(WebSocketClient.request("/mqtt?token=x", offered)))
                    .startsWith("HTTP/1.1 101 ")
                    .containsIgnoringCase("\r\nsec-websocket-protocol: " + chosen + "\r\n")
                    .containsIgnoringCase("\r\nsec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n");
        }
    }

    @Test
    void tellsByAnHttpStatusWhyItOpensNoWebSocket() throws Exception {
        String right = WebSocketClient.request();

        assertRefused(400, WebSocketClient.request("/mqtt", "chat"));
        assertRefused(400, right.replaceAll("Sec-WebSocket-Protocol.*\r\n", ""));
        assertRefused(400, right.replace("dGhlIHNhbXBsZSBub25jZQ==", "c2hvcnQ="));
        assertRefused(400, "BLAH\r\n");
        assertRefused(404, WebSocketClient.request("/elsewhere", "mqtt"));
        assertRefused(405, right.replace("GET", "POST") + "Content-Length: 0\r\n");
        assertRefused(414, WebSocketClient.request("/" + "x".repeat(10_000), "mqtt"));
        assertRefused(426, "GET /mqtt HTTP/1.1\r\nHost: localhost\r\n");
        assertRefused(426, right.replace("Version: 13", "Version: 8"));
        assertRefused(431, right + "X: " + "x".repeat(10_000) + "\r\n");
    }

    private static void assertRefused(int status, String request) throws IOException {
        try (WebSocketClient client = new WebSocketClient(ws)) {
            assertThat(client.ask(request)).startsWith("HTTP/1.1 " + status + " ");
            client.readUntilClosed();
        }
    }

    /** [MQTT-6.0.0-1], 3.1.1: [MQTT-6.0.0-1]. */
    @Test
    void closesWhenTextComes() throws Exception {
        assertBroken(1003, WebSocketClient.FINAL | WebSocketClient.TEXT, "hello".getBytes(UTF_8));
    }

    @Test
    void closesWhenFramesBreakTheProtocol() throws Exception {
        assertBroken(1002, WebSocketClient.FINAL | WebSocketClient.CONTINUATION, new byte[1]);
        assertBroken(1002, WebSocketClient.FINAL | 0x3, new byte[1]);
        assertBroken(1002, WebSocketClient.FINAL | 0x40 | WebSocketClient.BINARY, new byte[1]);
        assertBroken(1002, WebSocketClient.PING, new byte[1]);
        assertBroken(1002, WebSocketClient.FINAL | WebSocketClient.PING, new byte[126]);
    }

    private static void assertBroken(int status, int opcodeAndFlags, byte[] payload) throws IOException {
        try (WebSocketClient client = new WebSocketClient(ws).open()) {
            client.send(RawClient.connect5("broken-frames", 60)).read();

            assertClosed(status, client.send(opcodeAndFlags, payload));
        }
    }

    private static void assertClosed(int status, WebSocketClient client) throws IOException {
        Frame farewell = client.readFrame();
        assertThat(farewell.header()).isEqualTo(WebSocketClient.FINAL | WebSocketClient.CLOSE);
        assertThat(farewell.status()).isEqualTo(status);
        client.readUntilClosed();
    }

    @Test
    void closesWhenAFrameIsNotMasked() throws Exception {
        try (WebSocketClient client = new WebSocketClient(ws).open()) {
            byte[] connect = RawClient.connect5("unmasked", 60);
            client.sendRaw(
                    client.frame(WebSocketClient.FINAL | WebSocketClient.BINARY, connect, 0, connect.length, false));

            assertClosed(1002, client);
        }
    }

    @Test
    void closesWhenAFrameIsAnnouncedThatNoPacketNeeds() throws Exception {
        try (WebSocketClient client = new WebSocketClient(ws).open()) {
            client.sendRaw(RawClient.bytes(0x82, 0xFF, 0, 0, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF, 1, 2, 3, 4));

            assertClosed(1009, client);
        }
    }

    @Test
    void answersAClose() throws Exception {
        try (WebSocketClient client = new WebSocketClient(ws).open()) {
            client.send(RawClient.connect5("closing", 60)).read();

            assertClosed(1000, client.send(WebSocketClient.FINAL | WebSocketClient.CLOSE, new byte[] {3, (byte) 0xE8}));
        }
    }

    @Test
    void tellsInMqttAndThenInWebSocketThatItEndsAConnection() throws Exception {
        try (WebSocketClient client = new WebSocketClient(CertificateAuthority.connect(authority.client(null), wss))) {
            client.open().send(RawClient.connect5("ended", 60)).read();
            client.send(RawClient.connect5("ended", 60));

            assertThat(client.read().header()).isEqualTo(0xE0);
            assertClosed(1000, client);
        }
    }
}
