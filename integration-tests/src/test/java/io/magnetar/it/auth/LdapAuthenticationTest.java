package io.magnetar.it.auth;

import static io.magnetar.it.auth.Logins.codes;
import static io.magnetar.it.auth.Logins.connect5;
import static org.assertj.core.api.Assertions.assertThat;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import io.magnetar.it.client.CertificateAuthority;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.mqtt.MqttBroker;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.it.pulsar.PulsarExtension;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients of a directory, over connections that TLS protects. */
@ExtendWith(PulsarExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LdapAuthenticationTest {
    @TempDir
    static Path directory;

    private CertificateAuthority authority;
    private CertificateAuthority others;
    private SSLContext tls;

    @BeforeAll
    void issue(EmbeddedPulsar pulsar) throws Exception {
        authority = new CertificateAuthority(directory, "authority");
        others = new CertificateAuthority(directory, "others");
        tls = SSLContext.getInstance("TLS");
        tls.init(
                CertificateAuthority.keyManagers(authority.issue("directory")).getKeyManagers(),
                authority.trustManagers().getTrustManagers(),
                null);
        Logins.createTenants(pulsar.admin(), "ldapA");
    }

    private InMemoryDirectoryServer serve(boolean startTls) throws Exception {
        InMemoryDirectoryServerConfig config = new InMemoryDirectoryServerConfig("dc=example");
        config.setSchema(null);
        config.addAdditionalBindCredentials("cn=broker,dc=example", "broker-secret");
        InetAddress loopback = InetAddress.getLoopbackAddress();
        config.setListenerConfigs(
                startTls
                        ? InMemoryListenerConfig.createLDAPConfig("ldap", loopback, 0, tls.getSocketFactory())
                        : InMemoryListenerConfig.createLDAPSConfig(
                                "ldaps", loopback, 0, tls.getServerSocketFactory(), tls.getSocketFactory()));
        InMemoryDirectoryServer server = new InMemoryDirectoryServer(config);
        server.add("dn: dc=example", "objectClass: domain", "dc: example");
        server.add(
                "dn: uid=device,dc=example",
                "objectClass: device",
                "uid: device",
                "userPassword: secret",
                "fleet: ldapA");
        server.startListening();
        return server;
    }

    private MqttBroker start(EmbeddedPulsar pulsar, int port, boolean startTls, CertificateAuthority trusted)
            throws Exception {
        Map<String, String> settings = new HashMap<>();
        settings.put("mqttAuthentication", "ldap");
        settings.put("mqttLdapUrl", (startTls ? "ldap" : "ldaps") + "://127.0.0.1:" + port);
        settings.put("mqttLdapStartTls", Boolean.toString(startTls));
        settings.put("mqttLdapTrustFile", trusted.file().toString());
        settings.put("mqttLdapBindDn", "cn=broker,dc=example");
        settings.put("mqttLdapBindPassword", "broker-secret");
        settings.put("mqttLdapSearchBase", "dc=example");
        settings.put("mqttLdapNamespaceAttribute", "fleet");
        settings.put("mqttNamespaceFrom", "authenticator");
        settings.put("mqttTenants", "ldapA");
        settings.put("mqttRequireNamespace", "true");
        settings.put("mqttDefaultNamespace", "ldapA");
        return MqttBroker.start(pulsar.broker(), settings);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void asksADirectory(boolean startTls, EmbeddedPulsar pulsar) throws Exception {
        try (InMemoryDirectoryServer server = serve(startTls);
                MqttBroker broker = start(pulsar, server.getListenPort(), startTls, authority);
                RawClient client = new RawClient(broker.port())) {
            assertThat(client.send(connect5("one", "device", "secret")).read().at(1))
                    .isZero();
            assertThat(Logins.client(broker, "ldapA", "one").isMissingNode()).isFalse();
            assertThat(codes(broker, "device", "secret")).isEqualTo(Logins.LET_IN);
            assertThat(codes(broker, "device", "wrong")).isEqualTo(Logins.BAD_USER_NAME_OR_PASSWORD);
            assertThat(codes(broker, "device", "")).isEqualTo(Logins.BAD_USER_NAME_OR_PASSWORD);
            assertThat(codes(broker, "DEVICE", "secret")).isEqualTo(Logins.BAD_USER_NAME_OR_PASSWORD);
            assertThat(codes(broker, "*", "secret")).isEqualTo(Logins.BAD_USER_NAME_OR_PASSWORD);

            server.shutDown(true);
            assertThat(codes(broker, "device", "secret")).isEqualTo(Logins.SERVER_UNAVAILABLE);
            server.startListening();
            assertThat(codes(broker, "device", "secret")).isEqualTo(Logins.LET_IN);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void tellsNoPasswordToADirectoryThatItDoesNotTrust(boolean startTls, EmbeddedPulsar pulsar) throws Exception {
        try (InMemoryDirectoryServer server = serve(startTls);
                MqttBroker broker = start(pulsar, server.getListenPort(), startTls, others)) {
            assertThat(codes(broker, "device", "secret")).isEqualTo(Logins.SERVER_UNAVAILABLE);
        }
    }
}
