package io.magnetar.it.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jsonwebtoken.Jwts;
import io.jsonwebtoken.SignatureAlgorithm;
import io.jsonwebtoken.security.Keys;
import io.magnetar.it.client.FreePorts;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.it.pulsar.PulsarExtension;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a client has by a user name that it says, and what only by one that it has proved. */
@ExtendWith(PulsarExtension.class)
class ProvedNamesTest {
    private static final int BAD_USER = 0x86;
    private static final int NOT_AUTHORIZED = 0x87;
    private static final int PUBACK = 4;
    private static final String SECRET = "the secret of all tokens in this test";

    private static MqttBroker start(EmbeddedPulsar pulsar, String... keysAndValues) throws Exception {
        Map<String, String> settings = new HashMap<>(Map.of("mqttTenants", "public|proved.*"));
        for (int i = 0; i < keysAndValues.length; i += 2) {
            settings.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return MqttBroker.start(pulsar.broker(), settings);
    }

    private static void createUser(MqttBroker broker, String namespace, String name, String password) throws Exception {
        assertThat(new AdminCalls(broker)
                        .ask(
                                "PUT",
                                "namespaces/" + namespace + "/users/" + name,
                                "{\"password\": \"" + password + "\"}",
                                null)
                        .status())
                .isEqualTo(201);
    }

    private static void ownSources(EmbeddedPulsar pulsar, String tenant, String sources) throws Exception {
        pulsar.admin().namespaces().createNamespace("mqtt/" + tenant);
        pulsar.admin().namespaces().setProperty("mqtt/" + tenant, "mqtt.authentication", sources);
    }

    private static String token(Map<String, Object> claims) {
        return Jwts.builder()
                .setClaims(claims)
                .signWith(Keys.hmacShaKeyFor(SECRET.getBytes(UTF_8)), SignatureAlgorithm.HS256)
                .compact();
    }

    private static byte[] connect(String clientId, String username, @Nullable String password) {
        return password == null
                ? Tenants.connect5(clientId, username)
                : RawClient.packet(0x10, "MQTT", 5, 0xC2, 0, 60, 0, clientId, username, password);
    }

    private static int code(int port, String username, @Nullable String password) throws Exception {
        try (RawClient client = new RawClient(port)) {
            return client.send(connect("proved", username, password)).read().at(1);
        }
    }

    @Test
    void aUserWhoseNamespaceIsKnownLateStillHasToShowItsPassword(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "provedLate");
        try (MqttBroker broker = start(
                pulsar,
                "mqttAuthentication",
                "users,anonymous",
                "mqttNamespaceFrom",
                "authenticator, username:/^([^-]+)-/")) {
            createUser(broker, "provedLate", "provedLate-anna", "sesame");

            assertThat(code(broker.port(), "provedLate-anna", null)).isEqualTo(BAD_USER);
            assertThat(code(broker.port(), "provedLate-anna", "wrong")).isEqualTo(BAD_USER);
            assertThat(code(broker.port(), "provedLate-anna", "sesame")).isZero();
            assertThat(code(broker.port(), "provedLate-guest", null))
                    .as("a name that is no user's")
                    .isZero();
        }
    }

    @Test
    void theSourcesOfItsNamespaceAreAskedInTheirOrderAsSoonAsThatIsKnown(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "provedOwn", "provedPlain");
        ownSources(pulsar, "provedOwn", "users,jwt");
        int open = FreePorts.next();
        try (MqttBroker broker = start(
                pulsar,
                "mqttAuthentication",
                "jwt",
                "mqttListeners",
                "mqtt://127.0.0.1:" + open + "?authentication=anonymous+jwt",
                "mqttJwtSecret",
                SECRET,
                "mqttJwtNamespaceClaim",
                "fleet",
                "mqttNamespaceFrom",
                "authenticator, username:/^([^-]+)-/")) {
            createUser(broker, "provedOwn", "anna", "sesame");
            String token = token(Map.of("fleet", "provedOwn"));

            assertThat(code(broker.port(), "anna", token))
                    .as("a token is not the password of a user")
                    .isEqualTo(BAD_USER);
            assertThat(code(broker.port(), "otto", token)).isZero();
            assertThat(code(broker.port(), "anna", token(Map.of("fleet", "provedPlain"))))
                    .as("no user of that namespace")
                    .isZero();
            assertThat(code(open, "provedOwn-guest", null))
                    .as("the namespace does not name what let it in")
                    .isEqualTo(NOT_AUTHORIZED);
            assertThat(code(open, "provedPlain-guest", null)).isZero();
        }
    }

    @Test
    void globalUsersStandInForANamespaceThatIsKnownLate(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "provedGlobal");
        try (MqttBroker broker = start(
                pulsar,
                "mqttAuthentication",
                "users,anonymous",
                "mqttGlobalUsers",
                "true",
                "mqttNamespaceFrom",
                "authenticator, client-id")) {
            assertThat(new AdminCalls(broker)
                            .ask("PUT", "users/provedGlobalUser", "{\"password\": \"sesame\"}", null)
                            .status())
                    .isEqualTo(201);

            assertThat(Tenants.code(broker, connect("provedGlobal", "provedGlobalUser", "wrong"))
                            .at(1))
                    .isEqualTo(BAD_USER);
            assertThat(Tenants.code(broker, connect("provedGlobal", "provedGlobalUser", "sesame"))
                            .at(1))
                    .isZero();
            new AdminCalls(broker).ask("DELETE", "users/provedGlobalUser", "", null);
        }
    }

    /** The code of the answer to a publish. */
    private static int publish(MqttBroker broker, String clientId, String username, String password, String topic)
            throws Exception {
        try (RawClient client = new RawClient(broker.port())) {
            assertThat(client.send(connect(clientId, username, password)).read().at(1))
                    .isZero();
            RawClient.RawPacket answer =
                    client.send(RawClient.publish5(topic, 1, 1, "x")).read();
            assertThat(answer.type()).isEqualTo(PUBACK);
            return answer.body().length > 2 ? answer.at(2) : 0;
        }
    }

    @Test
    void aNameThatNobodyHasProvedGrantsNothingAndDenies(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "provedToken", "provedBound");
        for (String tenant : new String[] {"provedToken", "provedBound"}) {
            boolean proved = tenant.equals("provedBound");
            try (MqttBroker broker = start(
                    pulsar,
                    "mqttAuthentication",
                    "jwt,anonymous",
                    "mqttJwtSecret",
                    SECRET,
                    "mqttJwtClaims",
                    proved ? "sub=${username}" : "",
                    "mqttAuthorizationDefault",
                    "deny",
                    "mqttNamespaceFrom",
                    Rules.NAMESPACE_FROM)) {
                Rules.put(
                        broker,
                        tenant,
                        "user/anna",
                        Rules.deny("publish", "all/shut"),
                        Rules.allow("publish", "annas"));
                Rules.ofAll(
                        broker,
                        tenant,
                        Rules.deny("publish", "shut/${username}"),
                        Rules.allow("publish", "u/${username}", "all/#", "shut/#"),
                        "{'permission': 'allow', 'username': 'anna', 'topic': 'one'}",
                        "{'permission': 'allow', 'username_re': '^an', 'topic': 'some'}");
                String token = token(Map.of("sub", "anna"));
                int granted = proved ? 0x10 : NOT_AUTHORIZED;

                for (String topic : new String[] {"annas", "u/anna", "one", "some"}) {
                    assertThat(publish(broker, tenant + "-1", "anna", token, topic))
                            .as(topic)
                            .isEqualTo(granted);
                    assertThat(publish(broker, tenant + "-2", "anna", "no token", topic))
                            .as("anonymous, " + topic)
                            .isEqualTo(NOT_AUTHORIZED);
                }
                for (String password : new String[] {token, "no token"}) {
                    assertThat(publish(broker, tenant + "-1", "anna", password, "all/open"))
                            .isEqualTo(0x10);
                    assertThat(publish(broker, tenant + "-1", "anna", password, "all/shut"))
                            .isEqualTo(NOT_AUTHORIZED);
                    assertThat(publish(broker, tenant + "-1", "anna", password, "shut/anna"))
                            .isEqualTo(NOT_AUTHORIZED);
                }
            }
        }
    }

    @Test
    void aTokenInThePlaceOfTheUserNameIsShownToNobody(EmbeddedPulsar pulsar) throws Exception {
        try (MqttBroker broker =
                        start(pulsar, "mqttAuthentication", "jwt", "mqttJwtSecret", SECRET, "mqttJwtFrom", "username");
                RawClient client = new RawClient(broker.port())) {
            String token = token(Map.of("sub", "anna"));

            assertThat(client.send(connect("proved-token", token, null)).read().at(1))
                    .isZero();

            assertThat(new AdminCalls(broker)
                            .get("clients/public/proved-token")
                            .body()
                            .path("username")
                            .asText())
                    .isEqualTo("anna");
        }
    }
}
