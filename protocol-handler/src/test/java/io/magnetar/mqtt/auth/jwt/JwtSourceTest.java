package io.magnetar.mqtt.auth.jwt;

import static io.magnetar.mqtt.auth.ClientsToVerify.client;
import static io.magnetar.mqtt.auth.ClientsToVerify.verdict;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.mqtt.auth.AuthenticationSource.Allow;
import io.magnetar.mqtt.auth.AuthenticationSource.Deny;
import io.magnetar.mqtt.auth.AuthenticationSource.Ignore;
import io.magnetar.mqtt.auth.AuthenticationSource.Verdict;
import io.magnetar.mqtt.auth.ClaimTemplate;
import io.magnetar.mqtt.auth.Identity;
import io.magnetar.mqtt.auth.SourceThreads;
import io.magnetar.mqtt.packet.ReasonCode;
import java.security.Key;
import java.security.KeyPair;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens and what they let in, at a time that stands still. */
class JwtSourceTest {
    private static final long NOW = 1_800_000_000L;
    private static final Key SECRET = new SecretKeySpec(
            "a secret that is long enough for all of HS256, HS384 and HS512 and more".getBytes(UTF_8), "HmacSHA256");
    private static final ClaimNames NAMES = new ClaimNames(null, "role", "is_superuser", "acl");
    private static final ClaimNames WITH_NAMESPACE = new ClaimNames("tenant", "role", "is_superuser", "acl");

    private final SourceThreads threads = new SourceThreads("test", 1, 10_000);

    @AfterEach
    void close() {
        threads.close();
    }

    private static ClaimRules rules(Map<String, String> required) {
        return new ClaimRules(
                30,
                false,
                null,
                List.of(),
                required.entrySet().stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, rule -> ClaimTemplate.parse(rule.getValue()))));
    }

    private JwtSource source(ClaimRules rules, Set<String> algorithms, Key... keys) {
        return new JwtSource(
                new JwtSettings(false, 4_096, algorithms, List.of(keys), null, rules, NAMES),
                null,
                threads,
                InstantSource.fixed(Instant.ofEpochSecond(NOW)),
                System::nanoTime);
    }

    private Verdict verdictOn(@Nullable String token, Key... keys) throws Exception {
        return verdict(source(rules(Map.of()), Set.of(), keys), client("user", token));
    }

    private Verdict verdictOn(ClaimRules rules, String claims) throws Exception {
        return verdict(source(rules, Set.of(), SECRET), client("user", Tokens.sign("HS256", null, claims, SECRET)));
    }

    private Verdict verdictOnNamespace(String claims) throws Exception {
        JwtSource source = new JwtSource(
                new JwtSettings(false, 4_096, Set.of(), List.of(SECRET), null, rules(Map.of()), WITH_NAMESPACE),
                null,
                threads,
                InstantSource.fixed(Instant.ofEpochSecond(NOW)),
                System::nanoTime);
        return verdict(source, client("user", Tokens.sign("HS256", null, claims, SECRET)));
    }

    @ParameterizedTest
    @CsvSource({
        "RS256, RSA, 2048",
        "RS384, RSA, 2048",
        "RS512, RSA, 2048",
        "PS256, RSA, 2048",
        "PS384, RSA, 2048",
        "PS512, RSA, 2048",
        "ES256, EC, secp256r1",
        "ES384, EC, secp384r1",
        "ES512, EC, secp521r1",
        "EdDSA, Ed25519, ''",
        "EdDSA, Ed448, ''"
    })
    void takesWhatAPublicKeyVerifies(String algorithm, String kind, String size) throws Exception {
        KeyPair keys = Tokens.keys(kind, size.equals("2048") ? (Object) 2_048 : size);
        KeyPair others = Tokens.keys(kind, size.equals("2048") ? (Object) 2_048 : size);
        String token = Tokens.sign(algorithm, null, "{\"sub\":\"user\"}", keys.getPrivate());

        assertThat(verdictOn(token, SECRET, others.getPublic(), keys.getPublic()))
                .isEqualTo(new Allow(Identity.PLAIN));
        assertThat(verdictOn(token, SECRET, others.getPublic())).isInstanceOf(Ignore.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"HS256", "HS384", "HS512"})
    void takesWhatASecretVerifies(String algorithm) throws Exception {
        String token = Tokens.sign(algorithm, null, "{}", SECRET);

        assertThat(verdictOn(token, SECRET)).isInstanceOf(Allow.class);
        assertThat(verdictOn(token.substring(0, token.length() - 4) + "AAAA", SECRET))
                .isInstanceOf(Ignore.class);
    }

    @Test
    void refusesWhatIsNotSigned() throws Exception {
        assertThat(verdictOn(Tokens.unsigned("{\"sub\":\"user\"}"), SECRET))
                .isEqualTo(new Deny(ReasonCode.BAD_USER_NAME_OR_PASSWORD, "the token is not signed"));
        String signed = Tokens.sign("HS256", null, "{}", SECRET);
        assertThat(verdictOn(signed.substring(0, signed.lastIndexOf('.') + 1), SECRET))
                .as("a signature that was cut off")
                .isNotInstanceOf(Allow.class);
    }

    @Test
    void takesNoPublicKeyForASecret() throws Exception { // RFC 8725, 2.1
        KeyPair keys = Tokens.keys("RSA", 2_048);
        for (byte[] known : List.of(
                keys.getPublic().getEncoded(),
                Base64.getMimeEncoder().encode(keys.getPublic().getEncoded()))) {
            String forged = Tokens.sign("HS256", null, "{}", new SecretKeySpec(known, "HmacSHA256"));

            assertThat(verdictOn(forged, keys.getPublic())).isInstanceOf(Ignore.class);
        }
    }

    @Test
    void takesNoKeyThatTheTokenBringsAlong() throws Exception { // CVE-2018-0114
        KeyPair own = Tokens.keys("RSA", 2_048);
        KeyPair theirs = Tokens.keys("RSA", 2_048);
        String forged = Tokens.sign(
                "RS256",
                "x\",\"jwk\":" + Tokens.jwk("x", theirs.getPublic()) + ",\"x\":\"y",
                "{}",
                theirs.getPrivate());

        assertThat(verdictOn(forged, own.getPublic())).isInstanceOf(Ignore.class);
        assertThat(verdictOn(forged, theirs.getPublic()))
                .as("it is well formed")
                .isInstanceOf(Allow.class);
    }

    @Test
    void refusesHeadersThatItDoesNotKnowAndMustUnderstand() throws Exception { // RFC 7515, 4.1.11
        String critical = Tokens.sign("HS256", "x\",\"crit\":[\"new\"],\"new\":\"y", "{}", SECRET);

        assertThat(verdictOn(critical, SECRET)).isNotInstanceOf(Allow.class);
    }

    @Test
    void takesOnlyTheAlgorithmsThatAreNamed() throws Exception {
        JwtSource source = source(rules(Map.of()), Set.of("HS512"), SECRET);

        assertThat(verdict(source, client("user", Tokens.sign("HS512", null, "{}", SECRET))))
                .isInstanceOf(Allow.class);
        assertThat(verdict(source, client("user", Tokens.sign("HS256", null, "{}", SECRET))))
                .isInstanceOf(Ignore.class);
    }

    @Test
    void leavesWhatIsNoTokenToOthers() throws Exception {
        for (String password : List.of("", "secret", "a.b", "a.b.c", "e30.e30.e30", "..", "a.b.c.d.e")) {
            assertThat(verdictOn(password, SECRET)).as(password).isInstanceOf(Ignore.class);
        }
        assertThat(verdictOn(null, SECRET)).isInstanceOf(Ignore.class);
    }

    @Test
    void refusesTokensThatAreTooLong() throws Exception {
        String token = Tokens.sign("HS256", null, "{\"x\":\"" + "x".repeat(4_096) + "\"}", SECRET);

        assertThat(verdictOn(token, SECRET))
                .isEqualTo(new Deny(ReasonCode.BAD_USER_NAME_OR_PASSWORD, "the token is too long"));
    }

    @Test
    void weakKeysVerifyNothing() throws Exception {
        KeyPair weak = Tokens.keys("RSA", 1_024);

        assertThat(verdictOn(Tokens.sign("RS256", null, "{}", weak.getPrivate()), weak.getPublic()))
                .isInstanceOf(Ignore.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "exp;  29; -30; the token has expired",
                "nbf; -30;  31; the token is not valid yet",
                "iat; -30;  31; the token is of the future"
            })
    void comparesTimesWithALeeway(String claim, long good, long bad, String problem) throws Exception {
        long last = claim.equals("exp") ? -29 : 30;

        for (long offset : new long[] {good, last}) {
            assertThat(verdictOn(rules(Map.of()), "{\"" + claim + "\":" + (NOW + offset) + "}"))
                    .isInstanceOf(Allow.class);
        }
        assertThat(verdictOn(rules(Map.of()), "{\"" + claim + "\":" + (NOW + bad) + "}"))
                .isEqualTo(new Deny(ReasonCode.NOT_AUTHORIZED, problem));
        assertThat(verdictOn(rules(Map.of()), "{\"" + claim + "\":\"soon\"}"))
                .isEqualTo(new Deny(ReasonCode.NOT_AUTHORIZED, "the claim '" + claim + "' of the token is no time"));
    }

    @Test
    void theConnectionEndsWhenTheTokenExpires() throws Exception {
        assertThat(verdictOn(rules(Map.of()), "{\"exp\":" + (NOW + 100) + "}"))
                .isEqualTo(new Allow(new Identity(null, null, false, null, (NOW + 130) * 1_000)));
        assertThat(verdictOn(rules(Map.of()), "{\"exp\":1e300}")).isEqualTo(new Allow(Identity.PLAIN));
    }

    @Test
    void mayInsistOnAnExpiry() throws Exception {
        ClaimRules rules = new ClaimRules(0, true, null, List.of(), Map.of());

        assertThat(verdictOn(rules, "{\"exp\":" + (NOW + 1) + "}")).isInstanceOf(Allow.class);
        assertThat(verdictOn(rules, "{}"))
                .isEqualTo(new Deny(ReasonCode.NOT_AUTHORIZED, "the token does not say when it expires"));
    }

    @Test
    void comparesIssuerAndAudience() throws Exception {
        ClaimRules rules = new ClaimRules(0, false, "us", List.of("mqtt", "pulsar"), Map.of());

        assertThat(verdictOn(rules, "{\"iss\":\"us\",\"aud\":\"pulsar\"}")).isInstanceOf(Allow.class);
        assertThat(verdictOn(rules, "{\"iss\":\"us\",\"aud\":[\"web\",\"mqtt\"]}"))
                .isInstanceOf(Allow.class);
        assertThat(verdictOn(rules, "{\"iss\":\"us\",\"aud\":[\"web\"]}")).isInstanceOf(Deny.class);
        assertThat(verdictOn(rules, "{\"iss\":\"us\"}")).isInstanceOf(Deny.class);
        assertThat(verdictOn(rules, "{\"iss\":\"them\",\"aud\":\"mqtt\"}")).isInstanceOf(Deny.class);
    }

    @Test
    void comparesClaimsWithWhatTheClientSays() throws Exception {
        ClaimRules rules = rules(Map.of("sub", "${username}", "/device/id", "${clientid}"));

        assertThat(verdictOn(rules, "{\"sub\":\"user\",\"device\":{\"id\":\"client-1\"}}"))
                .isInstanceOf(Allow.class);
        assertThat(verdictOn(rules, "{\"sub\":\"other\",\"device\":{\"id\":\"client-1\"}}"))
                .isEqualTo(
                        new Deny(ReasonCode.NOT_AUTHORIZED, "the claim 'sub' of the token is not that of this client"));
        assertThat(verdictOn(rules, "{\"sub\":\"user\"}")).isInstanceOf(Deny.class);
        assertThat(verdictOn(rules, "{\"sub\":null,\"device\":{\"id\":\"client-1\"}}"))
                .isInstanceOf(Deny.class);
        String token = Tokens.sign("HS256", null, "{\"sub\":\"null\"}", SECRET);
        assertThat(verdict(source(rules(Map.of("sub", "${username}")), Set.of(), SECRET), client(null, token)))
                .as("a client without a user name")
                .isInstanceOf(Deny.class);
    }

    @Test
    void tellsWhatTheClientIs() throws Exception {
        assertThat(
                        verdictOnNamespace(
                                "{\"tenant\":\"fleetA\",\"role\":\"engineer\",\"is_superuser\":true,\"acl\":[{\"topic\":\"a/#\",\"permission\":\"allow\"}]}"))
                .isEqualTo(new Allow(new Identity(
                        "fleetA", "engineer", true, "[{\"topic\":\"a/#\",\"permission\":\"allow\"}]", Identity.NEVER)));
        assertThat(verdictOn(rules(Map.of()), "{\"is_superuser\":\"yes\"}")).isEqualTo(new Allow(Identity.PLAIN));
        for (String none :
                List.of("{}", "{\"tenant\":\"\"}", "{\"tenant\":null}", "{\"tenant\":[\"fleetA\",\"fleetB\"]}")) {
            assertThat(verdictOnNamespace(none)).as(none).isInstanceOf(Deny.class);
        }
    }

    @Test
    void refusesClaimsThatMayBeReadInTwoWays() throws Exception {
        assertThat(verdictOn(rules(Map.of()), "{\"tenant\":\"fleetA\",\"tenant\":\"fleetB\"}"))
                .isInstanceOf(Deny.class);
        assertThat(verdictOn(rules(Map.of()), "[1]")).isInstanceOf(Deny.class);
        assertThat(verdictOn(rules(Map.of()), "no json")).isInstanceOf(Deny.class);
    }

    @Test
    void theTokenMayBeTheUserName() throws Exception {
        JwtSource source = new JwtSource(
                new JwtSettings(true, 4_096, Set.of(), List.of(SECRET), null, rules(Map.of()), NAMES),
                null,
                threads,
                InstantSource.system(),
                System::nanoTime);

        assertThat(verdict(source, client(Tokens.sign("HS256", null, "{}", SECRET), null)))
                .isInstanceOf(Allow.class);
        assertThat(verdict(source, client("user", Tokens.sign("HS256", null, "{}", SECRET))))
                .isInstanceOf(Ignore.class);
    }
}
