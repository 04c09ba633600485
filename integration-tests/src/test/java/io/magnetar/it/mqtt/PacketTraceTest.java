package io.magnetar.it.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.magnetar.it.client.RawClient;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** An operator looks at the packets of one client while the broker runs. */
@ExtendWith(MqttExtension.class)
class PacketTraceTest {
    private final HttpClient http = HttpClient.newHttpClient();

    private HttpResponse<String> ask(MqttBroker broker, String method, String clientId, String more, String... headers)
            throws IOException, InterruptedException {
        String query = "client-id=" + URLEncoder.encode(clientId, StandardCharsets.UTF_8) + more;
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + broker.httpPort() + "/traces?" + query))
                .method(method, BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private Path begin(MqttBroker broker, String clientId, String more) throws IOException, InterruptedException {
        HttpResponse<String> response = ask(broker, "POST", clientId, more);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return Path.of(response.body().strip());
    }

    private static void awaitLine(Path file, String... parts) {
        await().untilAsserted(() -> assertThat(Files.readAllLines(file))
                .anySatisfy(line -> assertThat(line).contains(parts)));
    }

    @Test
    void showsAConnectedClientFromNowOnAndUntilItIsEnded(EmbeddedPulsar pulsar, @TempDir Path directory)
            throws Exception {
        String clientId = "../../robot 1\u00fc";
        try (MqttBroker broker = MqttBroker.start(pulsar.broker(), Map.of("mqttTraceDirectory", directory.toString()));
                MqttClient client =
                        new MqttClient("tcp://127.0.0.1:" + broker.port(), clientId, new MemoryPersistence());
                MqttClient other =
                        new MqttClient("tcp://127.0.0.1:" + broker.port(), "other", new MemoryPersistence())) {
            client.connect();
            other.connect();
            client.publish("traced/before", new byte[] {1}, 1, false);

            Path file = begin(broker, clientId, "");
            client.subscribe("traced/+", 1);
            client.publish("traced/now", "hidden".getBytes(StandardCharsets.UTF_8), 1, false);
            other.publish("untraced/now", new byte[] {1}, 1, false);
            awaitLine(file, " in SUBSCRIBE ", "filter=\"traced/+\" options=0x1");
            awaitLine(file, " out SUBACK ", "code=0x01");
            awaitLine(file, " in PUBLISH flags=0x2 ", "topic=\"traced/now\" payload_size=6");
            awaitLine(file, " out PUBLISH ", "topic=\"traced/now\"");
            awaitLine(file, " out PUBACK ");
            assertThat(ask(broker, "DELETE", clientId, "").statusCode()).isEqualTo(200);
            client.publish("traced/after", new byte[] {1}, 1, false);
            assertThat(ask(broker, "DELETE", clientId, "").statusCode()).isEqualTo(404);

            assertThat(file.getParent()).isEqualTo(directory);
            assertThat(Files.readString(file))
                    .doesNotContain("traced/before", "untraced/now", "traced/after", "hidden");
            client.disconnect();
            other.disconnect();
        }
    }

    @Test
    void showsConnectsRefusalsAndTakeoversButNoSecret(EmbeddedPulsar pulsar, @TempDir Path directory) throws Exception {
        try (MqttBroker broker = MqttBroker.start(pulsar.broker(), Map.of("mqttTraceDirectory", directory.toString()));
                RawClient refused = new RawClient(broker.port());
                RawClient first = new RawClient(broker.port());
                MqttClient second =
                        new MqttClient("tcp://127.0.0.1:" + broker.port(), "twin", new MemoryPersistence())) {
            Path file = begin(broker, "twin", "&payload=text&payload-bytes=4&seconds=60");
            byte[] method = RawClient.bytes(0x15, "none", 0x16, "secret");
            refused.send(RawClient.connect5("twin", 60, method)).readUntilClosed();
            first.send(RawClient.connect5("twin", 60)).read();
            MqttConnectOptions options = new MqttConnectOptions();
            options.setUserName("anna");
            options.setPassword("secret".toCharArray());
            second.connect(options);
            first.readUntilClosed();
            second.publish("traced/text", "abcdef".getBytes(StandardCharsets.UTF_8), 1, false);

            awaitLine(file, " in CONNECT ", "level=5", "client_id=\"twin\"");
            awaitLine(file, " out CONNACK ", "code=0x8C");
            awaitLine(file, " out DISCONNECT ", "code=0x8E");
            awaitLine(file, " in CONNECT ", "level=4", "client_id=\"twin\"");
            awaitLine(file, " in PUBLISH ", "payload_size=6 payload=\"abcd\"");
            assertThat(Files.readString(file)).doesNotContain("secret");
            second.disconnect();
        }
    }

    @Test
    void showsAsMuchOfAPayloadInHexAsIsAskedFor(EmbeddedPulsar pulsar, @TempDir Path directory) throws Exception {
        try (MqttBroker broker = MqttBroker.start(pulsar.broker(), Map.of("mqttTraceDirectory", directory.toString()));
                RawClient client = new RawClient(broker.port())) {
            Path file = begin(broker, "hex", "&payload=hex&payload-bytes=3");
            client.send(RawClient.connect5("hex", 60)).read();
            client.send(RawClient.packet(0x32, "hex/long", 0, 1, 0, new byte[] {0, (byte) 0xFF, 0x16, 1}));
            client.send(RawClient.packet(0x32, "hex/short", 0, 2, 0, new byte[] {0x0A}));
            client.send(RawClient.packet(0x32, "hex/empty", 0, 3, 0));

            awaitLine(file, " in PUBLISH ", "id=3 ", "topic=\"hex/empty\" payload_size=0");
            assertThat(Files.readAllLines(file).stream()
                            .filter(line -> line.contains(" in PUBLISH "))
                            .map(line -> line.substring(line.indexOf("topic="))))
                    .containsExactly(
                            "topic=\"hex/long\" payload_size=4 payload=00ff16",
                            "topic=\"hex/short\" payload_size=1 payload=0a",
                            "topic=\"hex/empty\" payload_size=0 payload=");
        }
    }

    @Test
    void isForOperatorsOfThisMachineOnlyAndWithinBounds(
            MqttBroker without, EmbeddedPulsar pulsar, @TempDir Path directory) throws Exception {
        assertThat(ask(without, "POST", "anyone", "").statusCode()).isEqualTo(404);
        try (MqttBroker broker =
                MqttBroker.start(pulsar.broker(), Map.of("mqttTraceDirectory", directory.toString()))) {
            assertThat(ask(broker, "POST", "a", "", "Origin", "http://evil.example")
                            .statusCode())
                    .isEqualTo(403);
            assertThat(ask(broker, "POST", "a", "&seconds=0").statusCode()).isEqualTo(400);
            assertThat(ask(broker, "POST", "", "").statusCode()).isEqualTo(400);
            for (int i = 0; i < 16; i++) {
                begin(broker, "client-" + i, "");
            }
            assertThat(ask(broker, "POST", "one-more", "").body()).contains("at most 16 traces");
            begin(broker, "client-3", "");
            Path ends = begin(broker, "client-4", "&seconds=1");
            await().untilAsserted(() -> assertThat(ask(broker, "GET", "", "").body())
                    .doesNotContain(ends.toString())
                    .contains("client-3"));
        }
    }
}
