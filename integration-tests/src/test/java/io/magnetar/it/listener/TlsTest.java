package io.magnetar.it.listener;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import io.magnetar.it.client.CertificateAuthority;
import io.magnetar.it.client.CertificateAuthority.Issued;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.mqtt.MqttBroker;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.it.pulsar.PulsarExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code mqtts://}: versions, providers, client certificates, and certificates that change. */
@ExtendWith(PulsarExtension.class)
class TlsTest {
    private static final int CONNACK = 2;
    private static final int PINGRESP = 13;

    @TempDir
    static Path directory;

    private static CertificateAuthority authority;
    private static Issued server;

    @BeforeAll
    static void issue() throws Exception {
        authority = new CertificateAuthority(directory, "authority");
        server = authority.issue("server");
    }

    private static MqttBroker start(EmbeddedPulsar pulsar, String options, String... keysAndValues) throws Exception {
        Map<String, String> settings = new java.util.HashMap<>(Map.of(
                "mqttListeners", "mqtts://127.0.0.1:0" + options,
                "mqttTlsCertificateFile", server.certificateFile().toString(),
                "mqttTlsKeyFile", server.keyFile().toString(),
                "mqttTlsTrustFile", authority.file().toString()));
        for (int i = 0; i < keysAndValues.length; i += 2) {
            settings.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return MqttBroker.start(pulsar.broker(), settings);
    }

    private static Mqtt5BlockingClient hiveMq(int port, String protocol, MqttClientSslConfig tls) {
        return Mqtt5Client.builder()
                .identifier("tls-" + protocol)
                .serverHost("localhost")
                .serverPort(port)
                .sslConfig(tls)
                .buildBlocking();
    }

    @ParameterizedTest
    @CsvSource({"openssl, TLSv1.2", "openssl, TLSv1.3", "jdk, TLSv1.2", "jdk, TLSv1.3"})
    void carriesMessagesOfAnySize(String provider, String protocol, EmbeddedPulsar pulsar) throws Exception {
        try (MqttBroker broker = start(pulsar, "", "mqttTlsProvider", provider)) {
            Mqtt5BlockingClient client = hiveMq(
                    broker.status().port("mqtts"),
                    protocol,
                    MqttClientSslConfig.builder()
                            .trustManagerFactory(authority.trustManagers())
                            .protocols(List.of(protocol))
                            .build());
            try (var publishes = client.publishes(MqttGlobalPublishFilter.ALL)) {
                client.connect();
                client.subscribeWith()
                        .topicFilter("tls/#")
                        .qos(MqttQos.EXACTLY_ONCE)
                        .send();
                for (int size : List.of(0, 1, 20_000, 1_000_000)) {
                    byte[] payload = new byte[size];
                    new java.util.Random(size).nextBytes(payload);
                    client.publishWith()
                            .topic("tls/x")
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
    }

    @Test
    void speaksOnlyTheVersionsThatItMay(EmbeddedPulsar pulsar) throws Exception {
        try (MqttBroker broker = start(pulsar, "", "mqttTlsProtocols", "TLSv1.3")) {
            int port = broker.status().port("mqtts");
            try (SSLSocket socket =
                    (SSLSocket) authority.client(null).getSocketFactory().createSocket("127.0.0.1", port)) {
                socket.setEnabledProtocols(new String[] {"TLSv1.2"});

                assertThatThrownBy(socket::startHandshake).isInstanceOf(IOException.class);
            }
            try (RawClient client = new RawClient(CertificateAuthority.connect(authority.client(null), port))) {
                assertThat(client.send(RawClient.connect5("v13", 60)).read().type())
                        .isEqualTo(CONNACK);
            }
        }
    }

    @Test
    void servesWithAKeyBehindAPassword(EmbeddedPulsar pulsar) throws Exception {
        Path key = CertificateAuthority.protect(server.key(), "s3cret", directory.resolve("protected.key"));
        try (MqttBroker broker = start(pulsar, "", "mqttTlsKeyFile", key.toString(), "mqttTlsKeyPassword", "s3cret");
                RawClient client = new RawClient(CertificateAuthority.connect(
                        authority.client(null), broker.status().port("mqtts")))) {
            assertThat(client.send(RawClient.connect5("password", 60)).read().type())
                    .isEqualTo(CONNACK);
        }
    }

    @Test
    void servesWithTheBrokersOwnCertificate(EmbeddedPulsar pulsar) throws Exception {
        Map<String, String> settings = Map.of(
                "mqttListeners", "mqtts://127.0.0.1:0",
                "tlsCertificateFilePath", server.certificateFile().toString(),
                "tlsKeyFilePath", server.keyFile().toString());
        try (MqttBroker broker = MqttBroker.start(pulsar.broker(), settings);
                RawClient client = new RawClient(CertificateAuthority.connect(
                        authority.client(null), broker.status().port("mqtts")))) {
            assertThat(client.send(RawClient.connect5("own", 60)).read().type()).isEqualTo(CONNACK);
        }
    }

    @ParameterizedTest
    @CsvSource({"openssl", "jdk"})
    void wantsACertificateOfItsAuthorityWhereItIsRequired(String provider, EmbeddedPulsar pulsar) throws Exception {
        Issued device = authority.issue("device-1");
        Issued stranger = new CertificateAuthority(directory, "stranger").issue("stranger-1");
        try (MqttBroker broker = start(pulsar, "?clientAuth=require", "mqttTlsProvider", provider)) {
            int port = broker.status().port("mqtts");

            assertThat(isServed(authority.client(device), port)).isTrue();
            assertThat(isServed(authority.client(stranger), port)).isFalse();
            assertThat(isServed(authority.client(null), port)).isFalse();
        }
    }

    @Test
    void takesClientsWithoutACertificateWhereItIsOnlyWanted(EmbeddedPulsar pulsar) throws Exception {
        Issued stranger = new CertificateAuthority(directory, "stranger").issue("stranger-1");
        try (MqttBroker broker = start(pulsar, "", "mqttTlsClientAuth", "want")) {
            int port = broker.status().port("mqtts");

            assertThat(isServed(authority.client(authority.issue("device-2")), port))
                    .isTrue();
            assertThat(isServed(authority.client(stranger), port)).isFalse();
            assertThat(isServed(authority.client(null), port)).isTrue();
        }
    }

    /** In TLS 1.3 a client learns only by its first read that its certificate was refused. */
    private static boolean isServed(SSLContext context, int port) {
        try (RawClient client = new RawClient(CertificateAuthority.connect(context, port))) {
            return client.send(RawClient.connect5("certificates", 60)).read().type() == CONNACK;
        } catch (IOException refused) {
            return false;
        }
    }

    @Test
    void servesHiveMqAndPahoWithClientCertificates(EmbeddedPulsar pulsar) throws Exception {
        Issued device = authority.issue("device-3");
        try (MqttBroker broker = start(pulsar, "?clientAuth=require")) {
            int port = broker.status().port("mqtts");
            Mqtt5BlockingClient hiveMq = hiveMq(
                    port,
                    "certificate",
                    MqttClientSslConfig.builder()
                            .trustManagerFactory(authority.trustManagers())
                            .keyManagerFactory(CertificateAuthority.keyManagers(device))
                            .build());
            hiveMq.connect();
            BlockingQueue<String> got = new LinkedBlockingQueue<>();
            try (MqttClient paho = new MqttClient("ssl://127.0.0.1:" + port, "paho-tls", new MemoryPersistence())) {
                MqttConnectOptions options = new MqttConnectOptions();
                options.setSocketFactory(authority.client(device).getSocketFactory());
                paho.connect(options);
                paho.subscribe(
                        "certificate/#", 1, (topic, message) -> got.add(new String(message.getPayload(), UTF_8)));

                hiveMq.publishWith()
                        .topic("certificate/x")
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .payload("from HiveMQ".getBytes(UTF_8))
                        .send();

                assertThat(got.poll(20, TimeUnit.SECONDS)).isEqualTo("from HiveMQ");
                paho.disconnect();
            }
            hiveMq.disconnect();
        }
    }

    @ParameterizedTest
    @CsvSource({"openssl", "jdk"})
    void meetsNewConnectionsWithAChangedCertificateAndKeepsTheOldOnes(String provider, EmbeddedPulsar pulsar)
            throws Exception {
        Path certificate = Files.copy(server.certificateFile(), directory.resolve(provider + "-now.crt"));
        Path key = Files.copy(server.keyFile(), directory.resolve(provider + "-now.key"));
        Issued renewed = authority.issue("renewed-" + provider);
        try (MqttBroker broker = start(
                pulsar,
                "?certificateFile=" + certificate + "&keyFile=" + key,
                "mqttTlsProvider",
                provider,
                "mqttTlsRefreshSeconds",
                "1")) {
            int port = broker.status().port("mqtts");
            try (RawClient old = new RawClient(CertificateAuthority.connect(authority.client(null), port))) {
                old.send(RawClient.connect5("old-" + provider, 60)).read();
                assertThat(shown(port)).isEqualTo(server.certificate());

                // For a moment they do not belong together: what was in use stays in use.
                Files.copy(renewed.certificateFile(), certificate, StandardCopyOption.REPLACE_EXISTING);
                await().during(Duration.ofMillis(2_500))
                        .atMost(Duration.ofSeconds(30))
                        .until(() -> shown(port).equals(server.certificate()));
                Files.copy(renewed.keyFile(), key, StandardCopyOption.REPLACE_EXISTING);

                await().atMost(Duration.ofSeconds(30)).until(() -> shown(port).equals(renewed.certificate()));
                assertThat(old.send(RawClient.packet(0xC0)).read().type()).isEqualTo(PINGRESP);
            }
        }
    }

    /** The certificate that a new connection is met with. */
    private static X509Certificate shown(int port) throws Exception {
        try (SSLSocket socket = (SSLSocket) CertificateAuthority.connect(authority.client(null), port)) {
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    @Test
    void doesNotStartWithAKeyThatIsNotItsCertificates(EmbeddedPulsar pulsar) throws Exception {
        Issued other = authority.issue("other");

        assertThatThrownBy(() ->
                        start(pulsar, "", "mqttTlsKeyFile", other.keyFile().toString()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("mqtts://127.0.0.1:0");
    }

    @Test
    void closesAClientThatSaysItWillSayNothingMore(EmbeddedPulsar pulsar) throws Exception {
        try (MqttBroker broker = start(pulsar, "")) {
            SSLSocket socket = (SSLSocket) CertificateAuthority.connect(
                    authority.client(null), broker.status().port("mqtts"));
            try (RawClient client = new RawClient(socket)) {
                client.send(RawClient.connect5("half-open", 0)).read();

                socket.shutdownOutput();

                assertThat(client.readUntilClosed()).isZero();
            }
        }
    }
}
