package io.magnetar.mqtt.auth.jwt;

import static io.magnetar.mqtt.auth.ClientsToVerify.await;
import static io.magnetar.mqtt.auth.ClientsToVerify.client;
import static io.magnetar.mqtt.auth.ClientsToVerify.verdict;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.magnetar.mqtt.auth.AuthenticationSource.Allow;
import io.magnetar.mqtt.auth.AuthenticationSource.Deny;
import io.magnetar.mqtt.auth.AuthenticationSource.Ignore;
import io.magnetar.mqtt.auth.AuthenticationSource.Verdict;
import io.magnetar.mqtt.auth.SourceThreads;
import io.magnetar.mqtt.auth.fetch.HttpFetch;
import java.security.Key;
import java.security.KeyPair;
import java.security.PublicKey;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys of a real HTTP server that come, go and are asked for, in time that the test moves. */
class KeyRotationTest {
    private static final long REFRESH_MILLIS = 300_000;
    private static final long MIN_REFRESH_MILLIS = 5_000;

    private static KeyPair first;
    private static KeyPair second;

    private final AtomicLong nanos = new AtomicLong(1L << 40);
    private final SourceThreads threads = new SourceThreads("test", 1, 10_000);
    private final HttpFetch http = new HttpFetch("test", null, new HttpFetch.Limits(10_000, 1, 16, 1 << 16));
    private KeyServer server;
    private JwtSource source;

    @BeforeAll
    static void generate() throws Exception {
        first = Tokens.keys("RSA", 2_048);
        second = Tokens.keys("EC", "secp256r1");
    }

    @BeforeEach
    void start() throws Exception {
        server = new KeyServer();
        source = new JwtSource(
                new JwtSettings(
                        false,
                        4_096,
                        Set.of(),
                        List.of(),
                        new JwtSettings.KeySet(server.url(), null, REFRESH_MILLIS, MIN_REFRESH_MILLIS),
                        new ClaimRules(30, false, null, List.of(), Map.of()),
                        new ClaimNames(null, null, null, null)),
                http,
                threads,
                InstantSource.system(),
                nanos::get);
    }

    @AfterEach
    void close() {
        server.close();
        http.close();
        threads.close();
    }

    private void pass(long millis) {
        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    private static String token(@Nullable String keyId, KeyPair keys) throws Exception {
        return Tokens.sign(
                keys.getPrivate().getAlgorithm().equals("RSA") ? "RS256" : "ES256", keyId, "{}", keys.getPrivate());
    }

    private Verdict show(@Nullable String keyId, KeyPair keys) throws Exception {
        return verdict(source, client("user", token(keyId, keys)));
    }

    private static String keySet(String id, PublicKey key) {
        return Tokens.keySet(Tokens.jwk(id, key));
    }

    @Test
    void fetchesTheKeysOnceForAll() throws Exception {
        server.serve(200, keySet("1", first.getPublic()));

        assertThat(show("1", first)).isInstanceOf(Allow.class);
        assertThat(show("1", first)).isInstanceOf(Allow.class);
        assertThat(show(null, first)).as("a token that names no key").isInstanceOf(Allow.class);
        assertThat(server.asked()).isEqualTo(1);
    }

    @Test
    void fetchesAgainForAKeyThatItDoesNotKnow() throws Exception {
        server.serve(200, keySet("1", first.getPublic()));
        assertThat(show("1", first)).isInstanceOf(Allow.class);
        server.serve(200, keySet("2", second.getPublic()));
        pass(MIN_REFRESH_MILLIS);

        assertThat(show("2", second)).isInstanceOf(Allow.class);
        assertThat(server.asked()).isEqualTo(2);
        assertThat(show("1", first)).as("a key that was withdrawn").isInstanceOf(Ignore.class);
    }

    @Test
    void asksOnceInSoMuchTimeWhateverTokensName() throws Exception {
        server.serve(200, keySet("1", first.getPublic()));
        assertThat(show("1", first)).isInstanceOf(Allow.class);
        for (int i = 0; i < 100; i++) {
            assertThat(show("invented-" + i, first)).isInstanceOf(Ignore.class);
        }
        assertThat(server.asked()).isEqualTo(1);
        pass(MIN_REFRESH_MILLIS);
        for (int i = 0; i < 100; i++) {
            assertThat(show("invented-" + i, first)).isInstanceOf(Ignore.class);
        }
        assertThat(server.asked()).isEqualTo(2);
    }

    @Test
    void oneRequestServesAllWhoWaitForIt() throws Exception {
        server.serve(200, keySet("1", first.getPublic()));
        CountDownLatch opened = new CountDownLatch(1);
        server.holdBackUntil(opened);
        List<CompletableFuture<Verdict>> answers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            answers.add(source.verify(client("user", token("1", first))));
        }
        assertThat(answers).noneMatch(CompletableFuture::isDone);

        opened.countDown();

        for (CompletableFuture<Verdict> answer : answers) {
            assertThat(await(answer)).isInstanceOf(Allow.class);
        }
        assertThat(server.asked()).isEqualTo(1);
    }

    @Test
    void keepsTheKeysWhileTheServerIsAway() throws Exception {
        server.serve(200, keySet("1", first.getPublic()));
        assertThat(show("1", first)).isInstanceOf(Allow.class);

        for (String answer : List.of("", "[]", "no json", Tokens.keySet())) {
            server.serve(answer.isEmpty() ? 503 : 200, answer);
            pass(10 * REFRESH_MILLIS);
            int before = server.asked();
            assertThat(show("1", first)).as(answer).isInstanceOf(Allow.class);
            assertThat(server.asked()).isEqualTo(before + 1);
        }
        server.close();
        pass(10 * REFRESH_MILLIS);
        assertThat(show("1", first)).isInstanceOf(Allow.class);
    }

    @Test
    void seesThatAKeyWasWithdrawnWhenTheSetIsOld() throws Exception {
        server.serve(200, keySet("1", first.getPublic()));
        assertThat(show("1", first)).isInstanceOf(Allow.class);
        server.serve(200, keySet("2", second.getPublic()));
        pass(2 * REFRESH_MILLIS + 1);

        assertThat(show("1", first)).isInstanceOf(Ignore.class);
    }

    @Test
    void nobodyCanBeAskedWithoutKeys() throws Exception {
        server.serve(500, "");

        assertThatThrownBy(() -> show("1", first)).hasMessageContaining("HTTP 500");
        assertThatThrownBy(() -> show("1", first)).hasMessageContaining("there are no keys yet");
        assertThat(server.asked()).isEqualTo(1);
        server.serve(200, keySet("1", first.getPublic()));
        pass(MIN_REFRESH_MILLIS);
        assertThat(show("1", first)).isInstanceOf(Allow.class);
    }

    @Test
    void refusesATokenThatNamesAKeyThatHasNotSignedIt() throws Exception {
        server.serve(200, keySet("1", first.getPublic()));

        assertThat(show("1", Tokens.keys("RSA", 2_048))).isInstanceOf(Deny.class);
    }

    @Test
    void takesNoSecretFromASetThatAllMayRead() throws Exception {
        byte[] secret = "0123456789abcdef0123456789abcdef".getBytes(UTF_8);
        Key key = new SecretKeySpec(secret, "HmacSHA256");
        server.serve(
                200,
                Tokens.keySet(
                        "{\"kty\":\"oct\",\"kid\":\"s\",\"k\":\"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY\"}",
                        Tokens.jwk("1", first.getPublic())));

        assertThat(verdict(source, client("user", Tokens.sign("HS256", "s", "{}", key))))
                .isInstanceOf(Ignore.class);
        assertThat(show("1", first)).isInstanceOf(Allow.class);
    }

    @Test
    void aSetThatIsTooLargeIsNone() throws Exception {
        server.serve(200, "{\"x\":\"" + "x".repeat(1 << 16) + "\"}");

        assertThatThrownBy(() -> show("1", first)).hasMessageContaining("more than 65536 bytes");
    }
}
