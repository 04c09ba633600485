package io.magnetar.it.auth;

import static io.magnetar.it.auth.Logins.connect5;
import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.it.client.CertificateAuthority;
import io.magnetar.it.client.CertificateAuthority.Issued;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.mqtt.MqttBroker;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.it.pulsar.PulsarExtension;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Clients that are known by the certificate that they show in TLS. */
@ExtendWith(PulsarExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CertificateAuthenticationTest {
    @TempDir
    static Path directory;

    private CertificateAuthority authority;
    private Issued device;
    private MqttBroker broker;

    @BeforeAll
    void start(EmbeddedPulsar pulsar) throws Exception {
        authority = new CertificateAuthority(directory, "authority");
        device = authority.issue("meter-1");
        Issued server = authority.issue("server");
        broker = MqttBroker.start(
                pulsar.broker(),
                Map.of(
                        "mqttAuthentication",
                        "certificate",
                        "mqttListeners",
                        "mqtts://127.0.0.1:0?clientAuth=want",
                        "mqttTlsCertificateFile",
                        server.certificateFile().toString(),
                        "mqttTlsKeyFile",
                        server.keyFile().toString(),
                        "mqttTlsTrustFile",
                        authority.file().toString(),
                        "mqttBanned",
                        "username:meter-2"));
    }

    @AfterAll
    void stop() {
        broker.close();
    }

    private RawClient connect(@Nullable Issued own) throws Exception {
        return new RawClient(CertificateAuthority.connect(
                authority.client(own), broker.status().port("mqtts")));
    }

    private int code(@Nullable Issued own, byte[] connect) throws Exception {
        try (RawClient client = connect(own)) {
            return client.send(connect).read().at(1);
        }
    }

    @Test
    void aClientHasTheUserNameOfItsCertificate() throws Exception {
        try (RawClient client = connect(device)) {
            assertThat(client.send(connect5("certified", null, null)).read().at(1))
                    .isZero();

            assertThat(Logins.client(broker, "public", "certified").toString()).contains("\"username\":\"meter-1\"");
        }
    }

    @Test
    void refusesWhoSaysThatItIsAnother() throws Exception {
        assertThat(code(device, connect5("certified", "meter-1", null))).isZero();
        assertThat(code(device, connect5("certified", "meter-7", null))).isEqualTo(0x86);
        assertThat(code(device, Logins.connect311("certified", "meter-7", "x"))).isEqualTo(4);
    }

    @Test
    void refusesWhoShowsNone() throws Exception {
        assertThat(code(null, connect5("certified", null, null))).isEqualTo(0x87);
        assertThat(code(null, RawClient.connect311("certified", 60))).isEqualTo(5);
        assertThat(code(null, connect5("certified", "meter-1", "x"))).isEqualTo(0x86);
    }

    @Test
    void aBannedUserNameIsBannedInACertificateToo() throws Exception {
        assertThat(code(authority.issue("meter-2"), connect5("certified", null, null)))
                .isEqualTo(0x8A);
    }
}
