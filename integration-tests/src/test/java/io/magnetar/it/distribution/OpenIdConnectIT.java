package io.magnetar.it.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.magnetar.it.client.FreePorts;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import io.magnetar.sink.server.Keycloak;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.admin.PulsarAdmin;
import org.apache.pulsar.client.api.AuthenticationFactory;
import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.SubscriptionInitialPosition;
import org.apache.pulsar.common.policies.data.AuthAction;
import org.apache.pulsar.common.policies.data.TenantInfo;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Tokens of a Keycloak: the same one opens MQTT and the Pulsar API by Pulsar's own provider, with the rights that Pulsar has given its
 * role in both; and a listener that verifies tokens itself takes them too, while keys come and go.
 */
@Timeout(900)
class OpenIdConnectIT {
    private static final int TOKEN_SECONDS = 3_600;
    private static final int LET_IN = 0;
    private static final int BAD_USER_NAME_OR_PASSWORD = 0x86;
    private static final int NOT_AUTHORIZED = 0x87;

    private int pulsarsPort;
    private int jwtPort;

    @BeforeEach
    void choosePorts() throws IOException {
        pulsarsPort = FreePorts.next();
        jwtPort = FreePorts.next();
    }

    @Test
    void aTokenOpensMqttAndPulsarAndKeysRotate() throws Exception {
        try (Keycloak keycloak = new Keycloak(TOKEN_SECONDS).start()) {
            DeviceRealm realm = new DeviceRealm(keycloak);
            realm.add("oidcA.meter", "oidcA");
            realm.add("oidcB.meter", "oidcB");
            try (Standalone standalone = standalone(keycloak, realm)) {
                standalone.start();
                String meter = realm.token("oidcA.meter");
                try (PulsarAdmin admin = PulsarAdmin.builder()
                        .serviceHttpUrl(standalone.adminUrl())
                        .build()) {
                    makeFleets(admin);
                    opensMqttAndPulsar(admin, standalone, meter, realm.token("oidcB.meter"));
                }
                rotates(realm, meter);
                assertThat(standalone.logText()).doesNotContain(meter);
            }
        }
    }

    private Standalone standalone(Keycloak keycloak, DeviceRealm realm) throws Exception {
        return new Standalone(
                "oidc",
                "--no-functions",
                "--set",
                "mqttListeners=mqtt://127.0.0.1:" + pulsarsPort + ",mqtt://127.0.0.1:" + jwtPort
                        + "?authentication=jwt",
                "--set",
                "mqttAuthentication=pulsar",
                "--set",
                "mqttNamespaceFrom=authenticator",
                "--set",
                "mqttRequireNamespace=true",
                "--set",
                "mqttTenants=public|oidc.*",
                "--set",
                "mqttPulsarRoleNamespace=^([^.]+)[.]",
                "--set",
                "mqttAuthorization=pulsar",
                "--set",
                "mqttAuthorizationDefault=deny",
                "--set",
                "mqttJwtJwksUrl=" + realm.keys(),
                "--set",
                "mqttJwtJwksMinRefreshSeconds=1",
                "--set",
                "mqttJwtJwksRefreshSeconds=1",
                "--set",
                "mqttJwtIssuer=" + keycloak.issuer(),
                "--set",
                "mqttJwtAudience=" + DeviceRealm.AUDIENCE,
                "--set",
                "mqttJwtClaims=azp=${username}",
                "--set",
                "mqttJwtNamespaceClaim=fleet",
                "--set",
                "mqttJwtRoleClaim=azp",
                "--set",
                "authenticationEnabled=true",
                "--set",
                "authenticationProviders=org.apache.pulsar.broker.authentication.oidc.AuthenticationProviderOpenID",
                "--set",
                "openIDAllowedTokenIssuers=" + keycloak.issuer(),
                "--set",
                "openIDAllowedAudiences=" + DeviceRealm.AUDIENCE,
                "--set",
                "openIDRequireIssuersUseHttps=false",
                "--set",
                "openIDRoleClaim=azp",
                "--set",
                "openIDKeyIdCacheMissRefreshSeconds=1",
                "--set",
                "anonymousUserRole=operator",
                "--set",
                "authorizationEnabled=true",
                "--set",
                "superUserRoles=operator");
    }

    private static void makeFleets(PulsarAdmin admin) throws Exception {
        for (String fleet : Set.of("oidcA", "oidcB")) {
            admin.tenants()
                    .createTenant(
                            fleet,
                            TenantInfo.builder()
                                    .allowedClusters(Set.of("standalone"))
                                    .build());
            admin.namespaces().createNamespace(fleet + "/streams");
            admin.topics()
                    .createPartitionedTopic(
                            "persistent://" + fleet + "/streams/readings", 1, Map.of("mqtt.filter", "readings/#"));
            admin.namespaces()
                    .grantPermissionOnNamespace(
                            fleet + "/streams", fleet + ".meter", Set.of(AuthAction.produce, AuthAction.consume));
        }
    }

    private void opensMqttAndPulsar(PulsarAdmin admin, Standalone standalone, String meter, String others)
            throws Exception {
        for (int port : new int[] {pulsarsPort, jwtPort}) {
            assertThat(code(port, "oidcA.meter", meter)).isEqualTo(LET_IN);
            assertThat(code(port, "oidcB.meter", meter))
                    .as("as another")
                    .isIn(BAD_USER_NAME_OR_PASSWORD, NOT_AUTHORIZED);
            assertThat(code(port, "oidcA.meter", others))
                    .as("by another's")
                    .isIn(BAD_USER_NAME_OR_PASSWORD, NOT_AUTHORIZED);
            assertThat(code(port, "oidcA.meter", changed(meter)))
                    .as("with a signature that is another's")
                    .isEqualTo(BAD_USER_NAME_OR_PASSWORD);
        }
        try (PulsarClient client = PulsarClient.builder()
                        .serviceUrl(standalone.serviceUrl())
                        .authentication(AuthenticationFactory.token(meter))
                        .build();
                Consumer<byte[]> consumer = client.newConsumer()
                        .topic("persistent://oidcA/streams/readings")
                        .subscriptionName("engineer")
                        .subscriptionInitialPosition(SubscriptionInitialPosition.Earliest)
                        .subscribe()) {
            for (int port : new int[] {pulsarsPort, jwtPort}) {
                String payload = "by " + port;
                await("the stream is served and the role may")
                        .atMost(Duration.ofSeconds(30))
                        .until(() -> published(port, "oidcA.meter", meter, payload) == LET_IN);
                assertThat(new String(consumer.receive(20, TimeUnit.SECONDS).getData(), UTF_8))
                        .isEqualTo(payload);
            }
            assertThatThrownBy(() -> client.newConsumer()
                            .topic("persistent://oidcB/streams/readings")
                            .subscriptionName("engineer")
                            .subscribe())
                    .as("another fleet's, by Pulsar's API")
                    .isInstanceOf(PulsarClientException.AuthorizationException.class);
        }
        admin.namespaces().revokePermissionsOnNamespace("oidcA/streams", "oidcA.meter");
        await("what Pulsar has taken away")
                .atMost(Duration.ofSeconds(30))
                .until(() -> published(pulsarsPort, "oidcA.meter", meter, "x") == NOT_AUTHORIZED);
    }

    /** A new key counts as soon as a token names it; one that is taken away counts no more. */
    private void rotates(DeviceRealm realm, String before) throws Exception {
        realm.rotate(200);
        String fresh = realm.token("oidcA.meter");
        assertThat(keyOf(fresh)).isNotEqualTo(keyOf(before));
        for (int port : new int[] {jwtPort, pulsarsPort}) {
            await("a key that has come since")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> code(port, "oidcA.meter", fresh) == LET_IN);
        }
        assertThat(code(jwtPort, "oidcA.meter", before))
                .as("by the key of before")
                .isEqualTo(LET_IN);
        realm.forgetKeysBelow(200);
        await("a key that has gone")
                .atMost(Duration.ofSeconds(30))
                .until(() -> code(jwtPort, "oidcA.meter", before) == BAD_USER_NAME_OR_PASSWORD);
        assertThat(code(jwtPort, "oidcA.meter", fresh)).isEqualTo(LET_IN);
    }

    private static String keyOf(String token) {
        return token.substring(0, token.indexOf('.'));
    }

    /** Another character in the middle of the signature. */
    private static String changed(String token) {
        int at = token.lastIndexOf('.') + 20;
        return token.substring(0, at) + (token.charAt(at) == 'A' ? 'B' : 'A') + token.substring(at + 1);
    }

    private static byte[] connect(String username, String token) {
        return RawClient.packet(0x10, "MQTT", 5, 0xC2, 0, 60, 0, "oidc", username, token);
    }

    private static int code(int port, String username, String token) throws Exception {
        try (RawClient client = new RawClient(port)) {
            return client.send(connect(username, token)).read().at(1);
        }
    }

    /** The code of the PUBACK. */
    private static int published(int port, String username, String token, String payload) throws Exception {
        try (RawClient client = new RawClient(port)) {
            assertThat(client.send(connect(username, token)).read().at(1)).isEqualTo(LET_IN);
            RawPacket pubAck =
                    client.send(RawClient.publish5("readings/1", 1, 1, payload)).read();
            return pubAck.body().length > 2 ? pubAck.at(2) : LET_IN;
        }
    }
}
