package io.magnetar.it.auth;

import static io.magnetar.it.auth.Logins.codes;
import static io.magnetar.it.auth.Logins.connect5;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jsonwebtoken.SignatureAlgorithm;
import io.magnetar.it.client.CertificateAuthority;
import io.magnetar.it.client.CertificateAuthority.Issued;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import io.magnetar.it.mqtt.MqttBroker;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.crypto.SecretKey;
import org.apache.pulsar.broker.ServiceConfiguration;
import org.apache.pulsar.broker.authentication.AuthenticationProviderTls;
import org.apache.pulsar.broker.authentication.AuthenticationProviderToken;
import org.apache.pulsar.broker.authentication.utils.AuthTokenUtils;
import org.apache.pulsar.client.api.AuthenticationFactory;
import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.SubscriptionInitialPosition;
import org.apache.pulsar.client.impl.auth.AuthenticationToken;
import org.apache.pulsar.common.policies.data.AuthAction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** One credential for MQTT and for the Pulsar API, on a Pulsar that authenticates and authorizes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PulsarAuthenticationTest {
    @TempDir
    static Path directory;

    private final SecretKey key = AuthTokenUtils.createSecretKey(SignatureAlgorithm.HS256);
    private final String root = token("root");
    private EmbeddedPulsar pulsar;

    private String token(String role) {
        return AuthTokenUtils.createToken(key, role, Optional.empty());
    }

    @BeforeAll
    void start() throws Exception {
        pulsar = EmbeddedPulsar.start(this::guard);
        Logins.createTenants(pulsar.admin(), "pulA", "pulB");
    }

    @AfterAll
    void stop() throws Exception {
        pulsar.close();
    }

    /** The test's own clients, which have no credentials, are taken for superusers. */
    private void guard(ServiceConfiguration settings) {
        settings.setAuthenticationEnabled(true);
        settings.setAuthenticationProviders(
                Set.of(AuthenticationProviderToken.class.getName(), AuthenticationProviderTls.class.getName()));
        settings.setAuthorizationEnabled(true);
        settings.setSuperUserRoles(Set.of("root", "test"));
        settings.setAnonymousUserRole("test");
        settings.setBrokerClientAuthenticationPlugin(AuthenticationToken.class.getName());
        settings.setBrokerClientAuthenticationParameters("token:" + root);
        Properties properties = new Properties();
        properties.setProperty("tokenSecretKey", "data:;base64," + AuthTokenUtils.encodeKeyBase64(key));
        settings.setProperties(properties);
    }

    private MqttBroker broker(String... keysAndValues) throws Exception {
        Map<String, String> settings = new HashMap<>(Map.of("mqttAuthentication", "pulsar"));
        for (int i = 0; i < keysAndValues.length; i += 2) {
            settings.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return MqttBroker.start(pulsar.broker(), settings);
    }

    @Test
    void theSameTokenOpensBoth() throws Exception {
        pulsar.admin().namespaces().createNamespace("pulA/streams");
        pulsar.admin()
                .topics()
                .createPartitionedTopic("persistent://pulA/streams/readings", 1, Map.of("mqtt.filter", "readings/#"));
        pulsar.admin()
                .namespaces()
                .grantPermissionOnNamespace("pulA/streams", "pulA.meter", Set.of(AuthAction.consume));
        String token = token("pulA.meter");
        try (MqttBroker broker = broker(
                        "mqttPulsarRoleNamespace", "^([^.]+)[.]",
                        "mqttNamespaceFrom", "authenticator",
                        "mqttRequireNamespace", "true",
                        "mqttTenants", "pul.*");
                PulsarClient client = PulsarClient.builder()
                        .serviceUrl(pulsar.broker().getBrokerServiceUrl())
                        .authentication(AuthenticationFactory.token(token))
                        .build();
                Consumer<byte[]> consumer = client.newConsumer()
                        .topic("persistent://pulA/streams/readings")
                        .subscriptionName("engineer")
                        .subscriptionInitialPosition(SubscriptionInitialPosition.Earliest)
                        .subscribe();
                RawClient device = new RawClient(broker.port())) {
            assertThat(device.send(connect5("meter", "pulA.meter", token))
                            .read()
                            .at(1))
                    .isZero();
            assertThat(Logins.client(broker, "pulA", "meter").isMissingNode()).isFalse();
            Logins.awaitStream(broker, "pulA", "readings");

            RawPacket pubAck =
                    device.send(RawClient.publish5("readings/1", 1, 1, "21.5")).read();

            assertThat(pubAck.type()).isEqualTo(4);
            assertThat(new String(consumer.receive(20, TimeUnit.SECONDS).getData(), UTF_8))
                    .isEqualTo("21.5");
            assertThatThrownBy(() -> client.newProducer()
                            .topic("persistent://pulA/streams/readings")
                            .create())
                    .as("what the role may not do")
                    .isInstanceOf(PulsarClientException.AuthorizationException.class);
            assertThat(codes(broker, "pulC.meter", token("pulC.meter")))
                    .as("no such tenant")
                    .isEqualTo(Logins.NOT_AUTHORIZED);
            assertThat(codes(broker, "meter", token("meter")))
                    .as("a role of no namespace")
                    .isEqualTo(Logins.NOT_AUTHORIZED);
        }
    }

    /** Plain users, with permissions of Pulsar and none as an admin. */
    @Test
    void aRoleMayDoInMqttWhatPulsarLetsItDoAndNothingInAnotherTenant() throws Exception {
        Logins.createTenants(pulsar.admin(), "pulUsers", "pulOthers");
        for (String tenant : List.of("pulUsers", "pulOthers")) {
            for (String namespace : List.of("streams", "mqtt")) {
                pulsar.admin().namespaces().createNamespace(tenant + "/" + namespace);
            }
            pulsar.admin()
                    .topics()
                    .createPartitionedTopic(
                            "persistent://" + tenant + "/streams/readings", 1, Map.of("mqtt.filter", "readings/#"));
        }
        grant("pulUsers/streams", "pulUsers.meter", AuthAction.produce);
        grant("pulUsers/streams", "pulUsers.reader", AuthAction.consume);
        grant("pulUsers/mqtt", "pulUsers.reader", AuthAction.consume);
        // What a role may do in another tenant than its clients' is of no use in MQTT.
        grant("pulUsers/streams", "pulOthers.meter", AuthAction.produce);
        grant("pulUsers/streams", "pulOthers.meter", AuthAction.consume);
        try (MqttBroker broker = broker(
                        "mqttPulsarRoleNamespace", "^([^.]+)[.]",
                        "mqttNamespaceFrom", "authenticator",
                        "mqttRequireNamespace", "true",
                        "mqttTenants", "pul.*",
                        "mqttAuthorization", "pulsar",
                        "mqttAuthorizationDefault", "deny");
                RawClient meter = connected(broker, "pulUsers.meter");
                RawClient reader = connected(broker, "pulUsers.reader");
                RawClient foreign = connected(broker, "pulOthers.meter")) {
            Logins.awaitStream(broker, "pulUsers", "readings");
            Logins.awaitStream(broker, "pulOthers", "readings");

            assertThat(published(meter, "readings/1", "of pulUsers")).isZero();
            assertThat(published(meter, "live/1", "x")).as("kept by no stream").isEqualTo(0x87);
            assertThat(subscribed(meter, "$stream/readings@earliest")).isEqualTo(0x87);
            assertThat(subscribed(meter, "readings/#")).isEqualTo(0x87);
            assertThat(published(reader, "readings/1", "x")).isEqualTo(0x87);
            assertThat(subscribed(reader, "live/#")).isEqualTo(1);
            assertThat(published(foreign, "readings/1", "of pulOthers")).isEqualTo(0x87);
            assertThat(subscribed(foreign, "$stream/readings@earliest")).isEqualTo(0x87);
            assertThat(subscribed(foreign, "readings/#")).isEqualTo(0x87);

            assertThat(subscribed(reader, "$stream/readings@earliest")).isEqualTo(1);
            assertThat(reader.read().payload5()).isEqualTo("of pulUsers");
        }
    }

    private void grant(String namespace, String role, AuthAction action) throws Exception {
        Set<AuthAction> all = new HashSet<>(
                pulsar.admin().namespaces().getPermissions(namespace).getOrDefault(role, Set.of()));
        all.add(action);
        pulsar.admin().namespaces().grantPermissionOnNamespace(namespace, role, all);
    }

    private RawClient connected(MqttBroker broker, String role) throws Exception {
        RawClient client = new RawClient(broker.port());
        assertThat(client.send(connect5(role, role, token(role))).read().at(1)).isZero();
        return client;
    }

    /** The code of the PUBACK. */
    private static int published(RawClient client, String topic, String payload) throws Exception {
        RawPacket pubAck = client.send(RawClient.publish5(topic, 1, 1, payload)).read();
        assertThat(pubAck.type()).isEqualTo(4);
        return pubAck.body().length > 2 ? pubAck.at(2) : 0;
    }

    /** The code of the SUBACK. */
    private static int subscribed(RawClient client, String filter) throws Exception {
        RawPacket subAck = client.send(RawClient.subscribe5(filter, 1)).read();
        assertThat(subAck.type()).isEqualTo(9);
        return subAck.at(subAck.body().length - 1);
    }

    @Test
    void refusesWhatTheBrokerDoesNotKnow() throws Exception {
        try (MqttBroker broker = broker()) {
            SecretKey others = AuthTokenUtils.createSecretKey(SignatureAlgorithm.HS256);
            String past = AuthTokenUtils.createToken(
                    key, "meter", Optional.of(Date.from(Instant.now().minusSeconds(60))));

            assertThat(codes(broker, "meter", token("meter"))).isEqualTo(Logins.LET_IN);
            assertThat(codes(broker, "other", token("meter")))
                    .as("the role of another")
                    .isEqualTo(Logins.BAD_USER_NAME_OR_PASSWORD);
            assertThat(codes(broker, "meter", AuthTokenUtils.createToken(others, "meter", Optional.empty())))
                    .isEqualTo(Logins.BAD_USER_NAME_OR_PASSWORD);
            assertThat(codes(broker, "meter", past)).isEqualTo(Logins.BAD_USER_NAME_OR_PASSWORD);
            assertThat(codes(broker, "meter", "meter")).isEqualTo(Logins.BAD_USER_NAME_OR_PASSWORD);
            try (RawClient nobody = new RawClient(broker.port())) {
                assertThat(nobody.send(RawClient.connect5("nobody", 60)).read().at(1))
                        .isEqualTo(0x87);
            }
        }
    }

    @Test
    void theConnectionEndsWithTheToken() throws Exception {
        String shortly = AuthTokenUtils.createToken(
                key, "meter", Optional.of(Date.from(Instant.now().plusSeconds(3))));
        try (MqttBroker broker = broker();
                RawClient client = new RawClient(broker.port())) {
            assertThat(client.send(connect5("short", "meter", shortly)).read().at(1))
                    .isZero();

            RawPacket farewell = client.read();

            assertThat(farewell.type()).isEqualTo(14);
            assertThat(farewell.at(0)).isEqualTo(0x87);
        }
    }

    @Test
    void theCertificateOpensBoth() throws Exception {
        CertificateAuthority authority = new CertificateAuthority(directory, "authority");
        Issued server = authority.issue("server");
        Issued meter = authority.issue("meter-tls");
        try (MqttBroker broker = broker(
                "mqttPulsarAuthenticationMethods",
                "tls, token",
                "mqttListeners",
                "mqtts://127.0.0.1:0?clientAuth=want",
                "mqttTlsCertificateFile",
                server.certificateFile().toString(),
                "mqttTlsKeyFile",
                server.keyFile().toString(),
                "mqttTlsTrustFile",
                authority.file().toString())) {
            int port = broker.status().port("mqtts");
            for (Map.Entry<String, Integer> sent :
                    Map.of("meter-tls", 0, "meter-7", 0x86).entrySet()) {
                try (RawClient client = new RawClient(CertificateAuthority.connect(authority.client(meter), port))) {
                    assertThat(client.send(connect5("tls", sent.getKey(), null))
                                    .read()
                                    .at(1))
                            .as(sent.getKey())
                            .isEqualTo(sent.getValue());
                }
            }
            assertThat(codes(broker, "meter", token("meter"))).isEqualTo(Logins.LET_IN);
        }
    }

    @Test
    void methodsThatTheBrokerDoesNotHaveKeepItFromStarting() {
        assertThatThrownBy(() -> broker("mqttPulsarAuthenticationMethods", "athenz"))
                .hasMessageContaining(
                        "the source 'pulsar' is not configured: the broker has no authentication provider for the method 'athenz'");
    }
}
