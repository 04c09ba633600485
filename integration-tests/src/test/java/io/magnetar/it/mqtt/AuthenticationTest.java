package io.magnetar.it.mqtt;

import static io.magnetar.it.client.RawProperties.AUTHENTICATION_DATA;
import static io.magnetar.it.client.RawProperties.AUTHENTICATION_METHOD;
import static io.magnetar.it.client.RawProperties.binary;
import static io.magnetar.it.client.RawProperties.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import io.magnetar.it.client.RawProperties;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.mqtt.auth.Authenticator;
import io.magnetar.mqtt.auth.Authenticators;
import io.magnetar.mqtt.auth.Identity;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Enhanced authentication and re-authentication, MQTT 5.0 section 4.12, by a method of the test's own. */
@ExtendWith(MqttExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AuthenticationTest {
    private static final int CONNACK = 2;
    private static final int PUBACK = 4;
    private static final int DISCONNECT = 14;
    private static final int AUTH = 15;
    private static final int CONTINUE = 0x18;
    private static final int RE_AUTHENTICATE = 0x19;

    private MqttBroker riddling;

    @BeforeAll
    void start(EmbeddedPulsar pulsar) throws Exception {
        riddling =
                MqttBroker.start(pulsar.broker(), Map.of("mqttConnectTimeoutMillis", "1500"), Riddles.authenticators());
    }

    @AfterAll
    void stop() {
        riddling.close();
    }

    private static byte[] connect(String clientId, String method, String data) {
        return RawClient.connect5(
                clientId, 60, text(AUTHENTICATION_METHOD, method), binary(AUTHENTICATION_DATA, data.getBytes(UTF_8)));
    }

    private static byte[] auth(int code, String method, String data) {
        return RawClient.packet(
                0xF0,
                code,
                RawProperties.of(
                        text(AUTHENTICATION_METHOD, method), binary(AUTHENTICATION_DATA, data.getBytes(UTF_8))));
    }

    private static String data(RawProperties properties) {
        return new String((byte[]) properties.the(AUTHENTICATION_DATA), UTF_8);
    }

    private RawClient connected(String clientId) throws IOException {
        RawClient client = new RawClient(riddling.port());
        client.send(connect(clientId, Riddles.METHOD, "hello")).read();
        client.send(auth(CONTINUE, Riddles.METHOD, Riddles.ANSWER)).read();
        return client;
    }

    @Test
    void asksAndLetsInWhoAnswers() throws Exception {
        // [MQTT-3.15.2-1], [MQTT-3.15.2-2], [MQTT-3.15.2-3], [MQTT-4.12.0-2], [MQTT-4.12.0-3], [MQTT-4.12.0-5]
        try (RawClient client = new RawClient(riddling.port())) {
            RawPacket question =
                    client.send(connect("riddle", Riddles.METHOD, "hello")).read();
            assertThat(question.header()).isEqualTo(0xF0); // [MQTT-3.15.1-1]
            assertThat(question.at(0)).isEqualTo(CONTINUE);
            assertThat(question.properties(1).the(AUTHENTICATION_METHOD)).isEqualTo(Riddles.METHOD);
            assertThat(data(question.properties(1))).isEqualTo(Riddles.RIDDLE);
            assertThat(question.properties(1).entries())
                    .as("no reason string, no user property")
                    .hasSize(2);

            RawPacket connAck =
                    client.send(auth(CONTINUE, Riddles.METHOD, Riddles.ANSWER)).read();

            assertThat(connAck.type()).isEqualTo(CONNACK);
            assertThat(connAck.at(1)).isZero();
            assertThat(connAck.properties(2).the(AUTHENTICATION_METHOD)).isEqualTo(Riddles.METHOD);
            assertThat(data(connAck.properties(2))).isEqualTo("welcome");
            assertThat(client.send(RawClient.publish5("riddle/x", 1, 1, "x"))
                            .read()
                            .type())
                    .isEqualTo(PUBACK);
        }
    }

    @Test
    void refusesWhoAnswersWrong() throws Exception { // [MQTT-4.12.0-4]
        try (RawClient client = new RawClient(riddling.port())) {
            client.send(connect("wrong", Riddles.METHOD, "hello")).read();

            RawPacket connAck =
                    client.send(auth(CONTINUE, Riddles.METHOD, "41")).read();

            assertThat(connAck.type()).isEqualTo(CONNACK);
            assertThat(connAck.at(1)).isEqualTo(0x87);
            client.readUntilClosed();
        }
    }

    @Test
    void refusesAMethodThatItDoesNotHave(MqttBroker broker) throws Exception { // [MQTT-4.12.0-1]
        for (int port : new int[] {riddling.port(), broker.port()}) {
            try (RawClient client = new RawClient(port)) {
                RawPacket connAck =
                        client.send(connect("unknown", "SCRAM-SHA-1", "x")).read();

                assertThat(connAck.type()).isEqualTo(CONNACK);
                assertThat(connAck.at(1)).isEqualTo(0x8C);
                client.readUntilClosed();
            }
        }
    }

    @Test
    void refusesEverybodyWhileNobodyCanBeAsked() throws Exception {
        try (RawClient client = new RawClient(riddling.port())) {
            assertThat(client.send(connect("lost", Riddles.METHOD, "break"))
                            .read()
                            .at(1))
                    .isEqualTo(0x88);
            client.readUntilClosed();
        }
    }

    @Test
    void takesNothingButAuthAndDisconnectBeforeConnack() throws Exception { // [MQTT-3.1.2-30], [MQTT-3.1.4-6]
        byte[][] tooEarly = {
            RawClient.publish5("early", 0, 0, "x"), RawClient.subscribe5("early", 0), RawClient.packet(0xC0)
        };
        for (byte[] packet : tooEarly) {
            try (RawClient client = new RawClient(riddling.port())) {
                client.send(connect("early", Riddles.METHOD, "hello")).read();

                RawPacket connAck = client.send(packet).read();

                assertThat(connAck.type()).isEqualTo(CONNACK);
                assertThat(connAck.at(1)).isEqualTo(0x82);
                client.readUntilClosed();
            }
        }
        try (RawClient client = new RawClient(riddling.port())) {
            client.send(connect("early", Riddles.METHOD, "hello")).read();

            assertThat(client.send(RawClient.packet(0xE0)).readUntilClosed()).isZero();
        }
    }

    @Test
    void takesASecondConnectForAnErrorBeforeConnackToo() throws Exception { // [MQTT-3.1.0-2]
        try (RawClient client = new RawClient(riddling.port())) {
            client.send(connect("twice-early", Riddles.METHOD, "hello")).read();

            assertThat(client.send(RawClient.connect5("twice-early", 60)).read().at(1))
                    .isEqualTo(0x82);
            client.readUntilClosed();
        }
    }

    @Test
    void refusesWhoTakesTooLongToAnswer() throws Exception {
        try (RawClient client = new RawClient(riddling.port())) {
            client.send(connect("slow", Riddles.METHOD, "hello")).read();

            RawPacket connAck = client.read();

            assertThat(connAck.type()).isEqualTo(CONNACK);
            assertThat(connAck.at(1)).isEqualTo(0x87);
            client.readUntilClosed();
        }
    }

    @Test
    void understandsStepsThatComeBeforeTheyAreAskedFor() throws Exception {
        try (RawClient client = new RawClient(riddling.port())) {
            client.send(RawClient.bytes(
                    connect("hasty", Riddles.METHOD, "hello"),
                    auth(CONTINUE, Riddles.METHOD, "hello"),
                    auth(CONTINUE, Riddles.METHOD, Riddles.ANSWER),
                    RawClient.publish5("hasty/x", 1, 1, "x")));

            assertThat(client.read().type()).isEqualTo(AUTH);
            assertThat(client.read().type()).isEqualTo(AUTH);
            assertThat(client.read().type()).isEqualTo(CONNACK);
            assertThat(client.read().type()).isEqualTo(PUBACK);
        }
    }

    @Test
    void authenticatesAgainWhileTheConnectionLivesOn() throws Exception { // [MQTT-4.12.1-1]
        try (RawClient client = connected("again")) {
            RawPacket question =
                    client.send(auth(RE_AUTHENTICATE, Riddles.METHOD, "hello")).read();
            assertThat(question.at(0)).isEqualTo(CONTINUE);

            assertThat(client.send(RawClient.publish5("authenticated-again/x", 1, 1, "x"))
                            .read()
                            .type())
                    .isEqualTo(PUBACK);
            RawPacket success =
                    client.send(auth(CONTINUE, Riddles.METHOD, Riddles.ANSWER)).read();

            assertThat(success.type()).isEqualTo(AUTH);
            assertThat(success.at(0)).isZero();
            assertThat(success.properties(1).the(AUTHENTICATION_METHOD)).isEqualTo(Riddles.METHOD);
        }
    }

    @Test
    void endsAConnectionWhoseReAuthenticationFails() throws Exception { // [MQTT-4.12.1-2]
        try (RawClient client = connected("again-wrong")) {
            client.send(auth(RE_AUTHENTICATE, Riddles.METHOD, "hello")).read();

            RawPacket farewell =
                    client.send(auth(CONTINUE, Riddles.METHOD, "41")).read();

            assertThat(farewell.type()).isEqualTo(DISCONNECT);
            assertThat(farewell.at(0)).isEqualTo(0x87);
            client.readUntilClosed();
        }
    }

    @Test
    void endsAConnectionWhoseReAuthenticationTakesTooLong() throws Exception {
        try (RawClient client = connected("again-slow")) {
            client.send(auth(RE_AUTHENTICATE, Riddles.METHOD, "hello")).read();

            RawPacket farewell = client.read();

            assertThat(farewell.type()).isEqualTo(DISCONNECT);
            assertThat(farewell.at(0)).isEqualTo(0x87);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"another method", "no method", "out of turn", "twice at once", "success from a client"})
    void endsAConnectionWhoseAuthBreaksTheProtocol(String how) throws Exception { // [MQTT-4.12.0-5], [MQTT-4.12.1-1]
        try (RawClient client = connected("auth-breach")) {
            client.send(
                    switch (how) {
                        case "another method" -> auth(RE_AUTHENTICATE, "OTHER", "hello");
                        case "no method" -> RawClient.packet(0xF0, RE_AUTHENTICATE, 0);
                        case "out of turn" -> auth(CONTINUE, Riddles.METHOD, Riddles.ANSWER);
                        case "success from a client" -> auth(0, Riddles.METHOD, "hello");
                        default ->
                            RawClient.bytes(
                                    auth(RE_AUTHENTICATE, Riddles.METHOD, "hello"),
                                    auth(RE_AUTHENTICATE, Riddles.METHOD, "hello"));
                    });

            RawPacket farewell = client.read();

            assertThat(farewell.type()).isEqualTo(DISCONNECT);
            assertThat(farewell.at(0)).isEqualTo(0x82);
            client.readUntilClosed();
        }
    }

    @Test
    void aCredentialThatExpiresEndsItsConnectionUnlessItIsRenewed(EmbeddedPulsar pulsar) throws Exception {
        Authenticator expiring = claim -> data -> CompletableFuture.completedFuture(new Authenticator.Success(
                data,
                new Identity(
                        null,
                        null,
                        false,
                        null,
                        data == null || data.length == 0
                                ? System.currentTimeMillis() + 1_000
                                : Long.parseLong(new String(data, UTF_8)))));
        Authenticators both = new Authenticators(expiring, Map.of(Riddles.METHOD, expiring));
        try (MqttBroker broker = MqttBroker.start(pulsar.broker(), Map.of(), both);
                RawClient plain = new RawClient(broker.port());
                RawClient renewed = new RawClient(broker.port());
                RawClient late = new RawClient(broker.port())) {
            long soon = System.currentTimeMillis() + 1_500;
            assertThat(renewed.send(connect("renewed", Riddles.METHOD, Long.toString(soon)))
                            .read()
                            .at(1))
                    .isZero();
            assertThat(renewed.send(auth(RE_AUTHENTICATE, Riddles.METHOD, Long.toString(soon + 3_600_000)))
                            .read()
                            .at(0))
                    .isZero();
            assertThat(plain.send(RawClient.connect5("expires", 60)).read().at(1))
                    .isZero();

            RawPacket farewell = plain.read();

            assertThat(farewell.type()).isEqualTo(DISCONNECT);
            assertThat(farewell.at(0)).isEqualTo(0x87);
            assertThat(Tenants.text(farewell)).contains("the credential has expired");
            plain.readUntilClosed();
            RawPacket refusal = late.send(connect("late", Riddles.METHOD, Long.toString(soon - 60_000)))
                    .read();
            assertThat(refusal.at(1)).isEqualTo(0x87);
            await().until(() -> System.currentTimeMillis() > soon + 200);
            assertThat(renewed.send(RawClient.publish5("renewed/x", 1, 1, "x"))
                            .read()
                            .type())
                    .isEqualTo(PUBACK);
        }
    }

    @Test
    void takesNoAuthOfAClientThatNamedNoMethod() throws Exception { // [MQTT-4.12.0-6], [MQTT-4.12.0-7]
        try (RawClient client = new RawClient(riddling.port())) {
            RawPacket connAck = client.send(RawClient.connect5("plain", 60)).read();
            assertThat(connAck.properties(2).has(AUTHENTICATION_METHOD)).isFalse();

            RawPacket farewell =
                    client.send(auth(RE_AUTHENTICATE, Riddles.METHOD, "hello")).read();

            assertThat(farewell.at(0)).isEqualTo(0x82);
        }
    }

    @Test
    void asksForUserNameAndPasswordThroughTheSamePort() throws Exception {
        try (RawClient five = new RawClient(riddling.port());
                RawClient three = new RawClient(riddling.port());
                RawClient somebody = new RawClient(riddling.port())) {
            assertThat(five.send(RawClient.packet(0x10, "MQTT", 5, 0xC2, 0, 60, 0, "plain5", "nobody", "secret"))
                            .read()
                            .at(1))
                    .isEqualTo(0x86);
            assertThat(three.send(RawClient.packet(0x10, "MQTT", 4, 0xC2, 0, 60, "plain3", "nobody", "secret"))
                            .read()
                            .body())
                    .containsExactly(0, 4);
            five.readUntilClosed();
            three.readUntilClosed();
            assertThat(somebody.send(RawClient.packet(0x10, "MQTT", 4, 0xC2, 0, 60, "plain3", "somebody", "secret"))
                            .read()
                            .body())
                    .containsExactly(0, 0);
        }
    }
}
