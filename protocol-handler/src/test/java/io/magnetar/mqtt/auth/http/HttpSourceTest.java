package io.magnetar.mqtt.auth.http;

import static io.magnetar.mqtt.auth.ClientsToVerify.await;
import static io.magnetar.mqtt.auth.ClientsToVerify.client;
import static io.magnetar.mqtt.auth.ClientsToVerify.verdict;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.magnetar.mqtt.auth.AuthenticationSource.Allow;
import io.magnetar.mqtt.auth.AuthenticationSource.Deny;
import io.magnetar.mqtt.auth.AuthenticationSource.Ignore;
import io.magnetar.mqtt.auth.AuthenticationSource.Verdict;
import io.magnetar.mqtt.auth.Authenticator;
import io.magnetar.mqtt.auth.ClaimTemplate;
import io.magnetar.mqtt.auth.Identity;
import io.magnetar.mqtt.auth.fetch.HttpFetch;
import io.magnetar.mqtt.listener.Peer;
import io.magnetar.mqtt.packet.ReasonCode;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a real HTTP server is asked, and what its answers mean. */
class HttpSourceTest {
    private static final long NOW = 1_800_000_000L;
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochSecond(NOW));

    private AskedServer server;
    private HttpFetch http;

    @BeforeEach
    void start() throws Exception {
        server = new AskedServer(null);
        http = new HttpFetch("test", null, new HttpFetch.Limits(10_000, 4, 100, 4_096));
    }

    @AfterEach
    void close() {
        http.close();
        server.close();
    }

    private HttpSource source(
            @Nullable String body, Map<String, ClaimTemplate> headers, HttpSettings.Parameter... query) {
        return new HttpSource(
                new HttpSettings(
                        server.url("/who"), List.of(query), headers, body == null ? null : JsonTemplate.parse(body)),
                http,
                CLOCK);
    }

    private static HttpSettings.Parameter parameter(String name, String value) {
        return new HttpSettings.Parameter(name, ClaimTemplate.parse(value));
    }

    private Verdict ask(Authenticator.Claim claim) throws Exception {
        return verdict(source("{\"u\":\"${username}\",\"p\":\"${password}\"}", Map.of()), claim);
    }

    @Test
    void asksWithABody() throws Exception {
        Peer.Certificate certificate = new Peer.Certificate("device", "CN=device", List.of());
        HttpSource source = source(
                "{\"who\":[\"${username}@${namespace}\",\"${clientid}\"],\"p\":\"${password}\",\"c\":\"${cert_cn}\",\"n\":1}",
                Map.of("X-Peer", ClaimTemplate.parse("from ${peerhost}")));

        assertThat(verdict(source, client("user", "secret", certificate))).isEqualTo(new Allow(Identity.PLAIN));

        assertThat(server.asked().method()).isEqualTo("POST");
        assertThat(server.asked().body())
                .isEqualTo("{\"who\":[\"user@fleetA\",\"client-1\"],\"p\":\"secret\",\"c\":\"device\",\"n\":1}");
        assertThat(server.asked().headers().getFirst("X-Peer")).isEqualTo("from 127.0.0.1");
        assertThat(server.asked().headers().getFirst("Content-Type")).isEqualTo("application/json; charset=utf-8");
    }

    @Test
    void asksWithAQuery() throws Exception {
        HttpSource source = source(null, Map.of(), parameter("user", "${username}"), parameter("more", "a${cert_cn}"));

        assertThat(verdict(source, client("a&b=c /ü?#%", "secret"))).isInstanceOf(Allow.class);

        assertThat(server.asked().method()).isEqualTo("GET");
        assertThat(server.asked().uri()).isEqualTo("/who?user=a%26b%3Dc%20%2F%C3%BC%3F%23%25&more=a");
    }

    @Test
    void whatClientsSayStaysAValue() throws Exception {
        ask(client("\",\"superuser\":\"\\\n", "${username}"));

        assertThat(server.asked().body())
                .isEqualTo("{\"u\":\"\\\",\\\"superuser\\\":\\\"\\\\\\n\",\"p\":\"${username}\"}");
    }

    @Test
    void whatClientsDoNotSayIsNull() throws Exception {
        ask(client(null, null));

        assertThat(server.asked().body()).isEqualTo("{\"u\":null,\"p\":null}");
    }

    @Test
    void sendsNoHeaderThatMayBeTwo() throws Exception {
        HttpSource source = source("{}", Map.of("X-User", ClaimTemplate.parse("${username}")));

        assertThat(verdict(source, client("user\r\nX-Superuser: true", "x"))).isInstanceOf(Deny.class);
        assertThat(server.wasAsked()).isFalse();
    }

    @Test
    void sendsNoPasswordThatIsNoText() throws Exception {
        Authenticator.Claim text = client("user", "x");
        Authenticator.Claim bytes = new Authenticator.Claim(
                text.namespace(), text.clientId(), text.username(), new byte[] {(byte) 0xC3, 0x28}, text.peer());

        assertThat(ask(bytes)).isInstanceOf(Deny.class);
        assertThat(server.wasAsked()).isFalse();
    }

    @Test
    void takesWhatTheServerSaysOfTheClient() throws Exception {
        server.willAnswer(
                200,
                "{\"result\":\"allow\",\"is_superuser\":true,\"namespace\":\"fleetA\",\"role\":\"engineer\","
                        + "\"acl\":[{\"topic\":\"a\"}],\"expire_at\":" + (NOW + 60) + ",\"more\":{}}");

        assertThat(ask(client("user", "secret")))
                .isEqualTo(
                        new Allow(new Identity("fleetA", "engineer", true, "[{\"topic\":\"a\"}]", (NOW + 60) * 1_000)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "200; {\"result\":\"allow\"}",
                "200; {\"result\":\"allow\",\"namespace\":null,\"acl\":null,\"expire_at\":null,\"is_superuser\":\"yes\"}"
            })
    void allows(int status, String answer) throws Exception {
        server.willAnswer(status, answer);

        assertThat(ask(client("user", "secret"))).isEqualTo(new Allow(Identity.PLAIN));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "200; {\"result\":\"ignore\"}",
                "200; {}",
                "400; x",
                "401; x",
                "403; {\"result\":\"allow\"}",
                "404; x"
            })
    void leavesToOthers(int status, String answer) throws Exception {
        server.willAnswer(status, answer);

        assertThat(ask(client("user", "secret"))).isInstanceOf(Ignore.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"result\":\"deny\"}", "{\"result\":\"allow\",\"expire_at\":" + NOW + "}"})
    void denies(String answer) throws Exception {
        server.willAnswer(200, answer);

        assertThat(ask(client("user", "secret")))
                .isInstanceOfSatisfying(
                        Deny.class, deny -> assertThat(deny.code()).isEqualTo(ReasonCode.NOT_AUTHORIZED));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "500; {\"result\":\"allow\"}",
                "503; x",
                "429; x",
                "408; x",
                "302; {\"result\":\"allow\"}",
                "201; {\"result\":\"allow\"}",
                "200; allow",
                "200; [\"allow\"]",
                "200; {\"result\":\"allow\",\"result\":\"deny\"}",
                "200; {\"result\":\"maybe\"}",
                "200; {\"result\":\"allow\",\"expire_at\":\"soon\"}",
                "200; {\"result\":\"allow\",\"expire_at\":1800000000000}",
                "200; {\"result\":\"allow\",\"namespace\":[\"fleetA\"]}"
            })
    void aServerThatFailsLetsNobodyIn(int status, String answer) {
        server.willAnswer(status, answer);

        assertThatThrownBy(() -> ask(client("user", "secret"))).hasCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void aServerThatIsAwayLetsNobodyIn() {
        server.close();

        assertThatThrownBy(() -> ask(client("user", "secret"))).hasRootCauseInstanceOf(IOException.class);
    }

    @Test
    void anAnswerThatIsTooLongIsNone() {
        server.willAnswer(200, "{\"result\":\"allow\",\"x\":\"" + "x".repeat(4_096) + "\"}");

        assertThatThrownBy(() -> ask(client("user", "secret"))).hasMessageContaining("more than 4096 bytes");
    }

    @Test
    void whatWasSaidIsInNoFailure() {
        server.willAnswer(500, "the password is secret");

        assertThatThrownBy(() -> ask(client("user", "secret")))
                .satisfies(failure -> assertThat(failure.toString() + failure.getCause())
                        .contains("HTTP 500")
                        .doesNotContain("secret"));
    }

    @Test
    void asksSoMuchAtOnceAndNoMore() throws Exception {
        CountDownLatch opened = new CountDownLatch(1);
        server.holdBackUntil(opened);
        List<CompletableFuture<Verdict>> answers = new ArrayList<>();
        HttpSource source = source("{}", Map.of());
        for (int i = 0; i < 104; i++) {
            answers.add(source.verify(client("user", "secret")));
        }
        CompletableFuture<Verdict> tooMany = source.verify(client("user", "secret"));

        assertThatThrownBy(() -> await(tooMany)).hasMessageContaining("100 requests to the server wait already");
        opened.countDown();
        for (CompletableFuture<Verdict> answer : answers) {
            assertThat(await(answer)).isInstanceOf(Allow.class);
        }
        assertThat(server.mostUnderWay()).isBetween(1, 4);
    }

    @Test
    void aServerThatHangsFailsInTimeAndIsAskedAgain() throws Exception {
        try (HttpFetch hasty = new HttpFetch("hasty", null, new HttpFetch.Limits(300, 1, 100, 4_096))) {
            CountDownLatch opened = new CountDownLatch(1);
            server.holdBackUntil(opened);
            HttpSource source = new HttpSource(
                    new HttpSettings(server.url("/who"), List.of(), Map.of(), JsonTemplate.parse("{}")), hasty, CLOCK);
            CompletableFuture<Verdict> hangs = source.verify(client("user", "secret"));
            CompletableFuture<Verdict> waits = source.verify(client("user", "secret"));

            assertThatThrownBy(() -> await(hangs)).hasRootCauseInstanceOf(TimeoutException.class);
            assertThatThrownBy(() -> await(waits)).hasRootCauseInstanceOf(TimeoutException.class);
            opened.countDown();

            assertThat(verdict(source, client("user", "secret"))).isInstanceOf(Allow.class);
        }
    }
}
