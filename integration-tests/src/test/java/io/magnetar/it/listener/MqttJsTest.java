package io.magnetar.it.listener;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.it.client.CertificateAuthority;
import io.magnetar.it.client.CertificateAuthority.Issued;
import io.magnetar.it.distribution.Peers;
import io.magnetar.it.mqtt.MqttBroker;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.it.pulsar.PulsarExtension;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** mqtt.js in Node, over WebSockets. */
@ExtendWith(PulsarExtension.class)
class MqttJsTest {
    private static final Path PEERS = Path.of("peers").toAbsolutePath();

    @TempDir
    static Path directory;

    @ParameterizedTest
    @CsvSource({"ws, 4", "ws, 5", "wss, 4", "wss, 5"})
    void getsItsMessagesBack(String scheme, String version, EmbeddedPulsar pulsar) throws Exception {
        Peers.require("node");
        Peers.requireFile(PEERS.resolve("node_modules/mqtt/package.json"));
        CertificateAuthority authority = new CertificateAuthority(directory, "authority");
        Issued server = authority.issue("server");
        Map<String, String> settings = Map.of(
                "mqttListeners", "ws://127.0.0.1:0,wss://127.0.0.1:0",
                "mqttTlsCertificateFile", server.certificateFile().toString(),
                "mqttTlsKeyFile", server.keyFile().toString());
        try (MqttBroker broker = MqttBroker.start(pulsar.broker(), settings)) {
            List<String> command = new ArrayList<>(List.of(
                    "node",
                    "websocket.mjs",
                    scheme + "://localhost:" + broker.status().port(scheme) + "/mqtt",
                    version));
            if (scheme.equals("wss")) {
                command.add(authority.file().toString());
            }
            Process node = new ProcessBuilder(command)
                    .directory(PEERS.toFile())
                    .redirectErrorStream(true)
                    .start();
            try {
                assertThat(new String(node.getInputStream().readAllBytes(), UTF_8))
                        .isEqualTo("all came back\n");
                assertThat(node.waitFor(20, TimeUnit.SECONDS)).isTrue();
                assertThat(node.exitValue()).isZero();
            } finally {
                node.destroyForcibly();
            }
        }
    }
}
