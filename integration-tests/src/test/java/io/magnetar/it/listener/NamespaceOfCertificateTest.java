package io.magnetar.it.listener;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.magnetar.it.client.CertificateAuthority;
import io.magnetar.it.client.CertificateAuthority.Issued;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.mqtt.MqttBroker;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.it.pulsar.PrometheusMetrics;
import io.magnetar.it.pulsar.PulsarExtension;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.apache.pulsar.common.policies.data.TenantInfo;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The namespace of a client by its certificate, or by the name that it calls the server by in TLS. */
@ExtendWith(PulsarExtension.class)
class NamespaceOfCertificateTest {
    private static final String NOT_AUTHORIZED = "0x87";
    private static final Pattern CONNECTED = Pattern.compile("magnetar_connections\\{namespace=\"(cert\\w)\"} [1-9].*");

    @TempDir
    static Path directory;

    private static CertificateAuthority authority;
    private static Issued server;
    private static Issued device;

    @BeforeAll
    static void issue(EmbeddedPulsar pulsar) throws Exception {
        authority = new CertificateAuthority(directory, "authority");
        server = authority.issue("server");
        device = authority.issue("certC-device", "certS.tenants.example");
        for (String tenant : List.of("certC", "certS", "certN")) {
            pulsar.admin()
                    .tenants()
                    .createTenant(
                            tenant,
                            TenantInfo.builder()
                                    .allowedClusters(Set.of(EmbeddedPulsar.CLUSTER))
                                    .build());
        }
    }

    private static MqttBroker start(EmbeddedPulsar pulsar, String from, String provider) throws Exception {
        return MqttBroker.start(
                pulsar.broker(),
                Map.of(
                        "mqttListeners",
                        "mqtts://127.0.0.1:0?clientAuth=want",
                        "mqttTlsCertificateFile",
                        server.certificateFile().toString(),
                        "mqttTlsKeyFile",
                        server.keyFile().toString(),
                        "mqttTlsTrustFile",
                        authority.file().toString(),
                        "mqttTlsProvider",
                        provider,
                        "mqttNamespaceFrom",
                        from,
                        "mqttTenants",
                        "cert.*",
                        "mqttRequireNamespace",
                        "true"));
    }

    /** Connects with TLS and MQTT and returns the namespace that the client is in, or the code of the refusal. */
    private static String enter(
            EmbeddedPulsar pulsar, MqttBroker broker, @Nullable Issued own, @Nullable String serverName)
            throws Exception {
        int port = broker.status().port("mqtts");
        try (SSLSocket socket =
                (SSLSocket) authority.client(own).getSocketFactory().createSocket("127.0.0.1", port)) {
            if (serverName != null) {
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setServerNames(List.of(new SNIHostName(serverName.getBytes(UTF_8))));
                socket.setSSLParameters(parameters);
            }
            socket.startHandshake();
            try (RawClient client = new RawClient(socket)) {
                return entered(pulsar, client.send(RawClient.connect5("certified", 60)));
            }
        }
    }

    /** The namespace that the one client is in, or the code of its refusal. */
    private static String entered(EmbeddedPulsar pulsar, RawClient client) throws IOException {
        int code = client.read().at(1);
        if (code != 0) {
            return "0x" + Integer.toHexString(code);
        }
        return await("the one client that is connected")
                .until(() -> connected(pulsar), namespaces -> namespaces.size() == 1)
                .get(0);
    }

    /** The namespaces that have clients. */
    private static List<String> connected(EmbeddedPulsar pulsar) throws IOException, InterruptedException {
        return PrometheusMetrics.lines(pulsar.broker()).stream()
                .map(CONNECTED::matcher)
                .filter(Matcher::matches)
                .map(line -> line.group(1))
                .toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "openssl; certC; certificate-cn:/^([^-]+)-/",
                "jdk; certC; certificate-cn:/^([^-]+)-/",
                "jdk; certC; certificate-dn:/CN=([^-,]+)-/",
                "openssl; certS; certificate-san:/^([^.]+)[.]tenants[.]example$/",
                "jdk; certS; cel:certificate_sans.filter(n, n.endsWith('.tenants.example')).size() == 1 ? 'certS' : ''",
            })
    void isInTheCertificate(String provider, String namespace, String from, EmbeddedPulsar pulsar) throws Exception {
        try (MqttBroker broker = start(pulsar, from, provider)) {
            assertThat(enter(pulsar, broker, device, null)).isEqualTo(namespace);
            assertThat(enter(pulsar, broker, null, null)).as("no certificate").isEqualTo(NOT_AUTHORIZED);
            assertThat(enter(pulsar, broker, authority.issue("certX-device"), null))
                    .as("another certificate")
                    .isEqualTo(NOT_AUTHORIZED);
        }
    }

    @ParameterizedTest
    @CsvSource({"openssl", "jdk"})
    void isInTheNameThatTheServerIsCalledBy(String provider, EmbeddedPulsar pulsar) throws Exception {
        try (MqttBroker broker = start(pulsar, "sni:/^([^.]+)[.]mqtt[.]example$/", provider)) {
            assertThat(enter(pulsar, broker, null, "certN.mqtt.example")).isEqualTo("certN");
            assertThat(enter(pulsar, broker, null, "certX.mqtt.example")).isEqualTo(NOT_AUTHORIZED);
            assertThat(enter(pulsar, broker, null, "certN.other.example")).isEqualTo(NOT_AUTHORIZED);
            assertThat(enter(pulsar, broker, null, "\uFF43ertN.mqtt.example"))
                    .as("what Java takes for the same name")
                    .isEqualTo(NOT_AUTHORIZED);
            assertThat(enter(pulsar, broker, null, null)).isEqualTo(NOT_AUTHORIZED);
        }
    }

    @Test
    void isInWhatAProxySaysThatItHasVerified(EmbeddedPulsar pulsar) throws Exception {
        Map<String, String> settings = Map.of(
                "mqttListeners", "mqtt://127.0.0.2:0?proxyProtocol=required",
                "mqttNamespaceFrom", "certificate-cn:/^([^-]+)-/, sni:/^([^.]+)[.]/",
                "mqttTenants", "cert.*",
                "mqttRequireNamespace", "true");
        byte[] called = RawClient.bytes(0x02, "certN.mqtt.example");
        byte[] name = RawClient.bytes(0x22, "certC-device");
        byte[] verified = RawClient.bytes(0x20, 0, 5 + name.length, 0x07, 0, 0, 0, 0, name);
        byte[] unverified = RawClient.bytes(0x20, 0, 5 + name.length, 0x07, 0, 0, 0, 1, name);
        try (MqttBroker broker = MqttBroker.start(pulsar.broker(), settings)) {
            assertThat(proxied(pulsar, broker, called)).isEqualTo("certN");
            assertThat(proxied(pulsar, broker, verified)).isEqualTo("certC");
            assertThat(proxied(pulsar, broker, unverified)).isEqualTo(NOT_AUTHORIZED);
        }
    }

    /** Connects behind a PROXY protocol header of version 2 with one more part, and returns where the client is. */
    private static String proxied(EmbeddedPulsar pulsar, MqttBroker broker, byte[] part) throws Exception {
        byte[] addresses = {(byte) 203, 0, 113, 9, 10, 0, 0, 1, 0x12, 0x34, 0x07, 0x5B};
        byte[] signature = {0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A};
        byte[] header = RawClient.bytes(signature, 0x21, 0x11, 0, addresses.length + part.length, addresses, part);
        int port = URI.create(broker.status().get().path("listeners").get(1).asText())
                .getPort();
        try (RawClient client = new RawClient(new Socket("127.0.0.2", port))) {
            return entered(pulsar, client.send(RawClient.bytes(header, RawClient.connect5("proxied", 60))));
        }
    }

    @Test
    void theFirstSourceThatGivesANameDecides(EmbeddedPulsar pulsar) throws Exception {
        try (MqttBroker broker = start(pulsar, "certificate-cn:/^([^-]+)-/, sni:/^([^.]+)[.]/", "jdk")) {
            assertThat(enter(pulsar, broker, device, "certX.mqtt.example"))
                    .as("the certificate, which is proved, and not the name that anybody may write")
                    .isEqualTo("certC");
            assertThat(enter(pulsar, broker, null, "certN.mqtt.example")).isEqualTo("certN");
        }
    }
}
