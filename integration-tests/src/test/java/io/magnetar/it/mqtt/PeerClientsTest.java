package io.magnetar.it.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.it.distribution.Peers;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** mqtt.js and Python's paho-mqtt, live and from a stream, each in every MQTT version that it speaks. */
@ExtendWith(MqttExtension.class)
class PeerClientsTest {
    private static final Path PEERS = Path.of("peers").toAbsolutePath();
    private static final int PATIENCE_SECONDS = 90;

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5})
    void mqttJsExchangesMessagesAndReplaysAStream(int version, EmbeddedPulsar pulsar, MqttBroker broker)
            throws Exception {
        Peers.require("node");
        Peers.requireFile(PEERS.resolve("node_modules/mqtt/package.json"));
        String prefix = "mqttjs-" + version;
        Streams.create(pulsar, broker, prefix, prefix + "/#", 1);

        run("node", PEERS.resolve("exchange.js"), broker.port(), version, prefix);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5})
    void pahoMqttOfPythonExchangesMessagesAndReplaysAStream(int version, EmbeddedPulsar pulsar, MqttBroker broker)
            throws Exception {
        Peers.requirePython("paho.mqtt.client");
        String prefix = "pahopy-" + version;
        Streams.create(pulsar, broker, prefix, prefix + "/#", 1);

        run(Peers.PYTHON, PEERS.resolve("exchange.py"), broker.port(), version, prefix);
    }

    private static void run(String program, Path script, int port, int version, String prefix)
            throws IOException, InterruptedException {
        Process peer = new ProcessBuilder(
                        program, script.toString(), Integer.toString(port), Integer.toString(version), prefix)
                .directory(PEERS.toFile())
                .redirectErrorStream(true)
                .start();
        try {
            boolean ended = peer.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
            String said = ended ? new String(peer.getInputStream().readAllBytes(), UTF_8) : "it did not end";
            assertThat(said).contains("all as it should be");
            assertThat(peer.exitValue()).isZero();
        } finally {
            peer.destroyForcibly();
        }
    }
}
