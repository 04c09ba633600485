package io.magnetar.it.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.magnetar.it.client.CertificateAuthority;
import io.magnetar.it.client.CertificateAuthority.Issued;
import io.magnetar.it.distribution.Peers;
import io.magnetar.it.mqtt.MqttBroker;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.it.pulsar.PulsarExtension;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Mosquitto's clients with TLS and client certificates. */
@ExtendWith(PulsarExtension.class)
class MosquittoClientsTest {
    @TempDir
    static Path directory;

    @Test
    void publishAndSubscribeWithCertificates(EmbeddedPulsar pulsar) throws Exception {
        Peers.require("mosquitto_pub");
        Peers.require("mosquitto_sub");
        CertificateAuthority authority = new CertificateAuthority(directory, "authority");
        Issued server = authority.issue("server");
        Issued device = authority.issue("device");
        Map<String, String> settings = Map.of(
                "mqttListeners", "mqtts://127.0.0.1:0?clientAuth=require",
                "mqttTlsCertificateFile", server.certificateFile().toString(),
                "mqttTlsKeyFile", server.keyFile().toString(),
                "mqttTlsTrustFile", authority.file().toString());
        try (MqttBroker broker = MqttBroker.start(pulsar.broker(), settings)) {
            List<String> tls = List.of(
                    "-h", "127.0.0.1",
                    "-p", Integer.toString(broker.status().port("mqtts")),
                    "--cafile", authority.file().toString(),
                    "--cert", device.certificateFile().toString(),
                    "--key", device.keyFile().toString(),
                    "-t", "mosquitto-tls/x",
                    "-q", "1");
            Process subscriber = run("mosquitto_sub", tls, "-C", "1", "-W", "60");
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> broker.status().get().at("/admission/clients").asInt() == 1);

            // The subscriber is connected and may not have subscribed yet: it is published to until it has got one.
            int published = 0;
            while (subscriber.isAlive() && published < 50) {
                assertThat(run("mosquitto_pub", tls, "-m", "over TLS").waitFor())
                        .isZero();
                published++;
            }

            try (BufferedReader out = subscriber.inputReader()) {
                assertThat(out.readLine()).isEqualTo("over TLS");
            }
            assertThat(subscriber.waitFor()).isZero();
        }
    }

    private static Process run(String program, List<String> arguments, String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(arguments);
        command.addAll(Arrays.asList(more));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
