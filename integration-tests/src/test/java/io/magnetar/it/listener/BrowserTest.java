package io.magnetar.it.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.it.client.CertificateAuthority;
import io.magnetar.it.client.CertificateAuthority.Issued;
import io.magnetar.it.client.Chromium;
import io.magnetar.it.distribution.Peers;
import io.magnetar.it.mqtt.MqttBroker;
import io.magnetar.it.mqtt.Streams;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.it.pulsar.PulsarExtension;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** mqtt.js in a page that headless Chromium has open. */
@ExtendWith(PulsarExtension.class)
class BrowserTest {
    private static final Path PEERS = Path.of("peers").toAbsolutePath();
    private static final Path MQTT_JS = PEERS.resolve("node_modules/mqtt/dist/mqtt.min.js");

    @TempDir
    static Path directory;

    private static Issued certificate;
    private static MqttBroker broker;

    @BeforeAll
    static void start(EmbeddedPulsar pulsar) throws Exception {
        certificate = new CertificateAuthority(directory, "authority").issue("server");
        broker = MqttBroker.start(
                pulsar.broker(),
                Map.of(
                        "mqttListeners", "ws://127.0.0.1:0,wss://127.0.0.1:0",
                        "mqttTlsCertificateFile", certificate.certificateFile().toString(),
                        "mqttTlsKeyFile", certificate.keyFile().toString()));
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @ParameterizedTest
    @CsvSource({"ws, 4", "ws, 5", "wss, 4", "wss, 5"})
    void servesAPage(String scheme, String version, @TempDir Path home, EmbeddedPulsar pulsar) throws Exception {
        Peers.require("chromium");
        Peers.requireFile(MQTT_JS);
        String prefix = "browser-" + scheme + "-" + version;
        Streams.create(pulsar, broker, prefix, prefix + "/kept", 1);

        String url = scheme + "://localhost:" + broker.status().port(scheme) + "/mqtt";
        Map<String, Path> files = Map.of(
                "browser.html", PEERS.resolve("browser.html"),
                "browser.js", PEERS.resolve("browser.js"),
                "mqtt.min.js", MQTT_JS);
        String page = "browser.html?url=" + url + "&version=" + version + "&prefix=" + prefix;
        try (Chromium browser = new Chromium(home, files, certificate, page)) {
            assertThat(browser.verdict()).isEqualTo("all as it should be");
        }
    }
}
