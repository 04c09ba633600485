package io.magnetar.it.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.mqtt.AdminCalls.Answer;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.it.pulsar.PulsarExtension;
import java.net.URLEncoder;
import java.util.HashMap;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Users that the brokers keep, of two namespaces, on two brokers. */
@ExtendWith(PulsarExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UsersTest {
    private static final int BAD_USER = 0x86;
    private static final int NOT_AUTHORIZED = 0x87;
    private static final Map<String, String> SETTINGS = Map.of(
            "mqttAuthentication", "users",
            "mqttNamespaceFrom", "client-id:/^([^-]+)-/",
            "mqttTenants", "public|users.*");

    private MqttBroker one;
    private MqttBroker other;
    private AdminCalls admin;

    @BeforeAll
    void start(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "usersA", "usersB");
        one = MqttBroker.start(pulsar.broker(), SETTINGS);
        other = MqttBroker.start(pulsar.broker(), SETTINGS);
        admin = new AdminCalls(one);
    }

    @AfterAll
    void stop() {
        one.close();
        other.close();
    }

    private Answer ask(String method, String path, String body) throws Exception {
        return admin.ask(method, path, body, null);
    }

    private void create(String namespace, String name, String body) throws Exception {
        assertThat(ask("PUT", "namespaces/" + namespace + "/users/" + name, body))
                .returns(201, Answer::status);
    }

    private static int code(MqttBroker broker, String clientId, String username, String password) throws Exception {
        return Tenants.code(broker, RawClient.packet(0x10, "MQTT", 5, 0xC2, 0, 60, 0, clientId, username, password))
                .at(1);
    }

    /** What is made on one broker is there on the other as soon as that has followed the log. */
    private static void awaitCode(int expected, MqttBroker broker, String clientId, String username, String password) {
        Awaitility.await()
                .untilAsserted(() ->
                        assertThat(code(broker, clientId, username, password)).isEqualTo(expected));
    }

    @Test
    void aUserIsKnownInItsNamespaceOnAllBrokers() throws Exception {
        create("usersA", "anna", "{\"password\": \"secret-a\"}");
        create("usersB", "anna", "{\"password\": \"secret-b\"}");

        assertThat(code(one, "usersA-1", "anna", "secret-a")).isZero();
        assertThat(code(one, "usersA-1", "anna", "secret-a")).as("known by now").isZero();
        assertThat(code(one, "usersB-1", "anna", "secret-b")).isZero();
        assertThat(code(one, "usersA-1", "anna", "secret-b")).isEqualTo(BAD_USER);
        assertThat(code(one, "usersA-1", "otto", "secret-a")).isEqualTo(BAD_USER);
        assertThat(code(one, "public-1", "anna", "secret-a")).isEqualTo(BAD_USER);
        awaitCode(0, other, "usersA-1", "anna", "secret-a");
        assertThat(Tenants.code(one, RawClient.connect5("usersA-1", 60)).at(1)).isEqualTo(NOT_AUTHORIZED);
        assertThat(Tenants.code(one, Tenants.connect5("usersA-1", "anna")).at(1))
                .as("without a password")
                .isEqualTo(BAD_USER);
        try (RawClient three = new RawClient(one.port())) {
            assertThat(three.send(RawClient.packet(0x10, "MQTT", 4, 0xC2, 0, 60, "usersA-3", "anna", "wrong"))
                            .read()
                            .body())
                    .containsExactly(0, 4);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"change", "delete"})
    void aUserThatIsChangedOrDeletedIsDisconnectedEverywhere(String how) throws Exception {
        String name = "bert-" + how;
        create("usersA", name, "{\"password\": \"first\"}");
        awaitCode(0, other, "usersA-" + name, name, "first");
        try (RawClient client = new RawClient(other.port())) {
            assertThat(client.send(RawClient.packet(0x10, "MQTT", 5, 0xC2, 0, 60, 0, "usersA-" + name, name, "first"))
                            .read()
                            .at(1))
                    .isZero();

            Answer answer = how.equals("change")
                    ? ask("PATCH", "namespaces/usersA/users/" + name, "{\"password\": \"second\"}")
                    : ask("DELETE", "namespaces/usersA/users/" + name, "");
            assertThat(answer.status()).isEqualTo(200);

            RawClient.RawPacket farewell = client.read();
            assertThat(farewell.header()).isEqualTo(0xE0);
            assertThat(farewell.at(0)).isEqualTo(NOT_AUTHORIZED);
            assertThat(Tenants.text(farewell)).contains("the user was changed or deleted");
            client.readUntilClosed();
        }
        assertThat(code(other, "usersA-" + name, name, "first")).isEqualTo(BAD_USER);
        if (how.equals("change")) {
            assertThat(code(one, "usersA-" + name, name, "second")).isZero();
        }
    }

    @Test
    void whatIsShownOfUsersHasNoPasswords() throws Exception {
        create("usersB", "carl", "{\"password\": \"hidden-word\", \"scram\": true, \"superuser\": true}");

        Answer shown = ask("GET", "namespaces/usersB/users/carl", "");
        Answer exported = ask("GET", "namespaces/usersB/users?hashes=true&after=b&limit=1", "");

        assertThat(shown.body().toString())
                .isEqualTo("{\"username\":\"carl\",\"superuser\":true,\"password\":\"pbkdf2-sha512\","
                        + "\"scram\":[\"SCRAM-SHA-256\",\"SCRAM-SHA-512\"]}");
        assertThat(exported.body().toString())
                .contains("carl", "$pbkdf2-sha512$10000$", "storedKey")
                .doesNotContain("hidden-word", "anna");
        String again = "{\"users\": " + exported.body().path("users") + "}";
        assertThat(ask("DELETE", "namespaces/usersB/users/carl", "").status()).isEqualTo(200);
        assertThat(ask("POST", "namespaces/usersB/users", again).body().toString())
                .isEqualTo("{\"imported\":1,\"refused\":[]}");
        assertThat(code(one, "usersB-carl", "carl", "hidden-word")).isZero();
    }

    @Test
    void hashesOfOthersAreTakenInAndEachMistakeIsTold() throws Exception {
        Answer imported = ask("POST", "namespaces/usersA/users", """
                {"users": [
                  {"username": "mosquitto", "passwordHash": "$7$101$c2FsdHNhbHRzYWx0$VT6wIBYrw6org2c5gu2idDv9QYP0fPEO2YGaoGrYDSKJeYTUANfsQBvu9AI3078np6CYOjHbzfz/elQBb7oxkA=="},
                  {"username": "bcrypt", "passwordHash": "$2b$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2"},
                  {"username": "emqx", "algorithm": "sha256-suffix", "salt": "slat",
                   "digest": "3e9567dc92cb52db5571f94bc7bf7df31efe9bb7641640c75573a1d2bc693d67"},
                  {"username": "wrong", "passwordHash": "correct horse"},
                  {"username": "", "password": "x"},
                  {"username": "odd", "pasword": "x"}]}""");

        assertThat(imported.body().path("imported").asInt()).isEqualTo(3);
        assertThat(imported.body().path("refused").findValuesAsText("username")).containsExactly("wrong", "", "odd");
        assertThat(imported.body().toString())
                .contains("this is no hash of a password", "1 to 256 characters", "a user has no pasword")
                .doesNotContain("correct horse");
        for (String name : new String[] {"mosquitto", "bcrypt", "emqx"}) {
            assertThat(code(one, "usersA-" + name, name, "correct horse"))
                    .as(name)
                    .isZero();
            assertThat(code(one, "usersA-" + name, name, "correct house"))
                    .as(name)
                    .isEqualTo(BAD_USER);
        }
    }

    @Test
    void whatCannotBeMadeIsRefusedWithWhatWouldBeRight() throws Exception {
        create("usersA", "dora", "{\"password\": \"x\"}");

        assertThat(ask("PUT", "namespaces/usersA/users/dora", "{\"password\": \"x\"}")
                        .status())
                .isEqualTo(409);
        assertThat(ask("PATCH", "namespaces/usersA/users/nobody", "{\"password\": \"x\"}")
                        .status())
                .isEqualTo(404);
        assertThat(ask("PUT", "namespaces/usersA/users/emil", "{}").error())
                .isEqualTo("a user has a password, or the hash of one");
        assertThat(ask("PUT", "namespaces/usersA/users/emil", "{\"password\": \"\"}")
                        .error())
                .isEqualTo("password is a text of 1 to 1024 characters");
        assertThat(ask("PUT", "namespaces/usersA/users/emil", "{\"password\": \"pässword\", \"scram\": true}")
                        .error())
                .isEqualTo("user names and passwords for SCRAM have printable ASCII here");
        assertThat(ask("PUT", "namespaces/usersNone/users/emil", "{\"password\": \"x\"}")
                        .error())
                .isEqualTo("there is no tenant usersNone");
        assertThat(ask("PUT", "namespaces/foreign/users/emil", "{\"password\": \"x\"}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void clientsOfNamespacesWithoutUsersMayBeAskedForAmongThoseOfNone(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "usersEmpty");
        assertThat(ask("PUT", "users/global", "{\"password\": \"everywhere\"}").status())
                .isEqualTo(201);
        create("usersA", "fritz", "{\"password\": \"x\"}");
        Map<String, String> settings = new HashMap<>(SETTINGS);
        settings.put("mqttGlobalUsers", "true");

        assertThat(code(one, "usersEmpty-1", "global", "everywhere"))
                .as("strict")
                .isEqualTo(BAD_USER);
        try (MqttBroker lenient = MqttBroker.start(pulsar.broker(), settings)) {
            assertThat(code(lenient, "usersEmpty-1", "global", "everywhere")).isZero();
            assertThat(code(lenient, "usersA-1", "global", "everywhere"))
                    .as("has users of its own")
                    .isEqualTo(BAD_USER);
        }
    }

    @Test
    void usersOfATenantThatIsDeletedAreDeletedWithIt(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "usersGone");
        create("usersGone", "gerd", "{\"password\": \"x\"}");

        Tenants.delete(pulsar, "usersGone");
        Tenants.create(pulsar, "usersGone");

        Awaitility.await()
                .untilAsserted(() -> assertThat(ask("GET", "namespaces/usersGone/users", "")
                                .body()
                                .path("count")
                                .asInt())
                        .isZero());
    }

    private static Mqtt5BlockingClient client(MqttBroker broker, String clientId) {
        return Mqtt5Client.builder()
                .identifier(clientId)
                .serverHost("127.0.0.1")
                .serverPort(broker.port())
                .buildBlocking();
    }

    private static Mqtt5Connect connect(KafkaScram scram, String username) {
        return Mqtt5Connect.builder()
                .simpleAuth()
                .username(username)
                .password(new byte[0])
                .applySimpleAuth()
                .enhancedAuth(scram)
                .build();
    }

    @ParameterizedTest
    @ValueSource(strings = {"SCRAM-SHA-256", "SCRAM-SHA-512"})
    void anotherProjectsClientProvesWhoItIsByScramAndSoDoesTheBroker(String method) throws Exception {
        String name = "scram=" + method + ",";
        create("usersA", URLEncoder.encode(name, UTF_8), "{\"password\": \"pencil\", \"scram\": true}");
        KafkaScram right = new KafkaScram(method, name, "pencil");
        Mqtt5BlockingClient client = client(one, "usersA-" + method);

        client.connect(connect(right, name));
        assertThat(right.isComplete()).isTrue();
        client.reauth();
        assertThat(right.isComplete()).isTrue();
        client.disconnect();

        KafkaScram wrong = new KafkaScram(method, name, "pencils");
        assertThatThrownBy(() -> client(one, "usersA-" + method).connect(connect(wrong, name)))
                .isInstanceOfSatisfying(
                        Mqtt5ConnAckException.class,
                        refusal -> assertThat(
                                        refusal.getMqttMessage().getReasonCode().getCode())
                                .isEqualTo(BAD_USER));
        KafkaScram foreign = new KafkaScram(method, name, "pencil");
        assertThatThrownBy(() -> client(one, "usersB-" + method).connect(connect(foreign, name)))
                .isInstanceOf(Mqtt5ConnAckException.class);
        KafkaScram disguised = new KafkaScram(method, name, "pencil");
        assertThatThrownBy(() -> client(one, "usersA-" + method).connect(connect(disguised, "anna")))
                .hasMessageContaining("CONNACK");
    }
}
