package io.magnetar.it.auth;

import static io.magnetar.it.auth.Logins.codes;
import static io.magnetar.it.auth.Logins.connect5;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.jsonwebtoken.Jwts;
import io.jsonwebtoken.SignatureAlgorithm;
import io.jsonwebtoken.security.Keys;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import io.magnetar.it.mqtt.MqttBroker;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.it.pulsar.PulsarExtension;
import java.math.BigInteger;
import java.security.Key;
import java.security.KeyPair;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Clients that show tokens of another library, by secrets and by keys that a real server serves. */
@ExtendWith(PulsarExtension.class)
class JwtAuthenticationTest {
    private static final String SECRET = "the secret of all tokens in this test";
    private static final Key KEY = Keys.hmacShaKeyFor(SECRET.getBytes(UTF_8));

    private static MqttBroker start(EmbeddedPulsar pulsar, String... keysAndValues) throws Exception {
        Map<String, String> settings = new HashMap<>(Map.of("mqttAuthentication", "jwt"));
        for (int i = 0; i < keysAndValues.length; i += 2) {
            settings.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return MqttBroker.start(pulsar.broker(), settings);
    }

    private static String token(@Nullable String keyId, Key key, Map<String, Object> claims) {
        SignatureAlgorithm algorithm =
                key.getAlgorithm().equals("RSA") ? SignatureAlgorithm.RS256 : SignatureAlgorithm.HS256;
        return Jwts.builder()
                .setHeaderParam("kid", keyId)
                .setClaims(claims)
                .signWith(key, algorithm)
                .compact();
    }

    private static String token(Map<String, Object> claims) {
        return token(null, KEY, claims);
    }

    @Test
    void aTokenOpensMqtt(EmbeddedPulsar pulsar) throws Exception {
        try (MqttBroker broker = start(pulsar, "mqttJwtSecret", SECRET, "mqttJwtClaims", "sub=${username}")) {
            assertThat(codes(broker, "device", token(Map.of("sub", "device")))).isEqualTo(Logins.LET_IN);
            assertThat(codes(broker, "device", token(Map.of("sub", "other")))).isEqualTo(Logins.NOT_AUTHORIZED);
            assertThat(codes(
                            broker,
                            "device",
                            token(Map.of("sub", "device", "exp", Instant.now().getEpochSecond() - 60))))
                    .isEqualTo(Logins.NOT_AUTHORIZED);
            assertThat(codes(
                            broker,
                            "device",
                            Jwts.builder().setSubject("device").compact()))
                    .as("not signed")
                    .isEqualTo(Logins.BAD_USER_NAME_OR_PASSWORD);
            assertThat(codes(
                            broker,
                            "device",
                            token(
                                    null,
                                    Keys.hmacShaKeyFor("another secret that has enough bytes".getBytes(UTF_8)),
                                    Map.of("sub", "device"))))
                    .isEqualTo(Logins.BAD_USER_NAME_OR_PASSWORD);
            assertThat(codes(broker, "device", "device")).isEqualTo(Logins.BAD_USER_NAME_OR_PASSWORD);
            assertThat(broker.status().get().toString()).doesNotContain(SECRET);
        }
    }

    @Test
    void aTokenSaysWhichNamespaceItsClientIsIn(EmbeddedPulsar pulsar) throws Exception {
        Logins.createTenants(pulsar.admin(), "jwtA", "jwtB");
        try (MqttBroker broker = start(
                        pulsar,
                        "mqttJwtSecret",
                        SECRET,
                        "mqttJwtNamespaceClaim",
                        "/device/tenant",
                        "mqttNamespaceFrom",
                        "authenticator",
                        "mqttRequireNamespace",
                        "true",
                        "mqttTenants",
                        "jwt.*");
                RawClient client = new RawClient(broker.port())) {
            RawPacket connAck = client.send(connect5("one", null, token(Map.of("device", Map.of("tenant", "jwtA")))))
                    .read();

            assertThat(connAck.at(1)).isZero();
            assertThat(Logins.client(broker, "jwtA", "one").isMissingNode()).isFalse();
            assertThat(Logins.client(broker, "jwtB", "one").isMissingNode()).isTrue();
            assertThat(codes(broker, "u", token(Map.of("device", Map.of("tenant", "jwtC")))))
                    .as("no such tenant")
                    .isEqualTo(Logins.NOT_AUTHORIZED);
            assertThat(codes(broker, "u", token(Map.of("sub", "u"))))
                    .as("no tenant")
                    .isEqualTo(Logins.NOT_AUTHORIZED);
        }
    }

    @Test
    void aTokenOfOneNamespaceOpensNoOther(EmbeddedPulsar pulsar) throws Exception {
        Logins.createTenants(pulsar.admin(), "jwtX", "jwtY");
        try (MqttBroker broker = start(
                pulsar,
                "mqttJwtSecret",
                SECRET,
                "mqttJwtNamespaceClaim",
                "tenant",
                "mqttNamespaceFrom",
                "username:/^([^-]+)-/",
                "mqttTenants",
                "jwt.*",
                "mqttDefaultNamespace",
                "jwtX")) {
            String token = token(Map.of("tenant", "jwtX"));

            assertThat(codes(broker, "jwtX-device", token)).isEqualTo(Logins.LET_IN);
            assertThat(codes(broker, "jwtY-device", token)).isEqualTo(Logins.NOT_AUTHORIZED);
        }
    }

    @Test
    void theConnectionEndsWithTheToken(EmbeddedPulsar pulsar) throws Exception {
        try (MqttBroker broker = start(pulsar, "mqttJwtSecret", SECRET, "mqttJwtLeewaySeconds", "0");
                RawClient client = new RawClient(broker.port())) {
            String token = Jwts.builder()
                    .setExpiration(Date.from(Instant.now().plusSeconds(3)))
                    .signWith(KEY)
                    .compact();
            assertThat(client.send(connect5("short", "u", token)).read().at(1)).isZero();

            RawPacket farewell = client.read();

            assertThat(farewell.type()).isEqualTo(14);
            assertThat(farewell.at(0)).isEqualTo(0x87);
            assertThat(codes(broker, "u", token)).isEqualTo(Logins.NOT_AUTHORIZED);
        }
    }

    @Test
    void followsTheKeysOfAServer(EmbeddedPulsar pulsar) throws Exception {
        KeyPair first = Keys.keyPairFor(SignatureAlgorithm.RS256);
        KeyPair second = Keys.keyPairFor(SignatureAlgorithm.RS256);
        AtomicReference<AnswerServer.Answer> keys = new AtomicReference<>(new AnswerServer.Answer(503, "{}"));
        try (AnswerServer server = new AnswerServer(null, request -> keys.get());
                MqttBroker broker =
                        start(pulsar, "mqttJwtJwksUrl", server.url("/jwks"), "mqttJwtJwksMinRefreshSeconds", "1")) {
            String old = token("1", first.getPrivate(), Map.of("sub", "device"));
            String fresh = token("2", second.getPrivate(), Map.of("sub", "device"));
            assertThat(codes(broker, "device", old)).isEqualTo(Logins.SERVER_UNAVAILABLE);

            keys.set(new AnswerServer.Answer(200, "{\"keys\":[" + jwk("1", first) + "]}"));
            awaitCodes(broker, old, Logins.LET_IN);
            assertThat(codes(broker, "device", fresh)).isEqualTo(Logins.BAD_USER_NAME_OR_PASSWORD);

            keys.set(new AnswerServer.Answer(200, "{\"keys\":[" + jwk("1", first) + "," + jwk("2", second) + "]}"));
            awaitCodes(broker, fresh, Logins.LET_IN);
            assertThat(codes(broker, "device", old)).isEqualTo(Logins.LET_IN);

            keys.set(new AnswerServer.Answer(500, "{}"));
            assertThat(codes(broker, "device", fresh)).isEqualTo(Logins.LET_IN);
            assertThat(codes(broker, "device", token("2", first.getPrivate(), Map.of("sub", "device"))))
                    .as("signed by another key than it names")
                    .isEqualTo(Logins.BAD_USER_NAME_OR_PASSWORD);
        }
    }

    private static void awaitCodes(MqttBroker broker, String token, String codes) {
        await().until(() -> codes(broker, "device", token), codes::equals);
    }

    private static String jwk(String keyId, KeyPair keys) {
        RSAPublicKey key = (RSAPublicKey) keys.getPublic();
        return "{\"kty\":\"RSA\",\"kid\":\"" + keyId + "\",\"n\":\"" + number(key.getModulus()) + "\",\"e\":\""
                + number(key.getPublicExponent()) + "\"}";
    }

    private static String number(BigInteger number) {
        byte[] bytes = number.toByteArray();
        int sign = bytes[0] == 0 ? 1 : 0;
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOfRange(bytes, sign, bytes.length));
    }

    @Test
    void aSourceThatIsNotConfiguredKeepsTheBrokerFromStarting(EmbeddedPulsar pulsar) {
        assertThatThrownBy(() -> start(pulsar))
                .hasMessageContaining(
                        "mqttAuthentication: the source 'jwt' is not configured: mqttJwtSecret, mqttJwtPublicKeyFile or mqttJwtJwksUrl is needed");
        assertThatThrownBy(() -> start(pulsar, "mqttJwtSecret", "short"))
                .hasMessageContaining("mqttJwtSecret: a secret has at least 32 bytes, and this one has 5");
    }
}
