package io.magnetar.mqtt.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.magnetar.mqtt.counters.Counters;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.tenancy.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A chain of sources that each know one user, by the source's own name. */
class AuthenticationChainsTest {
    private final List<String> asked = new ArrayList<>();
    private final Map<String, AuthenticationSource> sources =
            Map.of("a", source("a"), "b", source("b"), "open", new AnonymousSource());

    /** Lets in the user who has its name, refuses {@code mallory}, and knows nobody else. */
    private AuthenticationSource source(String name) {
        return claim -> {
            asked.add(name);
            AuthenticationSource.Verdict verdict = name.equals(claim.username())
                    ? new AuthenticationSource.Allow(Identity.of(name))
                    : "mallory".equals(claim.username())
                            ? new AuthenticationSource.Deny(ReasonCode.BANNED, "mallory")
                            : new AuthenticationSource.Ignore();
            return CompletableFuture.completedFuture(verdict);
        };
    }

    private AuthenticationChains chains(NamespaceChains namespaces, String... preset) {
        return new AuthenticationChains(
                sources,
                new AuthenticationSettings(List.of(preset), 10_000, 2),
                namespaces,
                new Counters(),
                System::nanoTime);
    }

    private static Authenticator.Step step(AuthenticationChains chains, Authenticator.Claim claim) {
        return chains.begin(claim).next(null).getNow(new Authenticator.Continue(new byte[0]));
    }

    private static Authenticator.Failure refusal(ReasonCode code, String reason) {
        return new Authenticator.Failure(code, reason);
    }

    @Test
    void theFirstThatKnowsAClientDecides() {
        AuthenticationChains chains = chains(NamespaceChains.NONE, "a", "b");

        assertThat(step(chains, Claims.of("n", "a", "x")))
                .isEqualTo(new Authenticator.Success(null, Identity.of("a"), "a", null));
        assertThat(asked).containsExactly("a");
        assertThat(step(chains, Claims.of("n", "b", "x")))
                .isEqualTo(new Authenticator.Success(null, Identity.of("b"), "b", null));
        assertThat(step(chains, Claims.of("n", "mallory", "x"))).isEqualTo(refusal(ReasonCode.BANNED, "mallory"));
        assertThat(asked).containsExactly("a", "a", "b", "a");
    }

    @Test
    void theEndOfTheChainRefuses() {
        AuthenticationChains chains = chains(NamespaceChains.NONE, "a");

        assertThat(step(chains, Claims.of("n", "x", "x")))
                .isEqualTo(refusal(ReasonCode.BAD_USER_NAME_OR_PASSWORD, "the user name or the password is not right"));
        assertThat(step(chains, Claims.of("n", null, null)))
                .isInstanceOfSatisfying(
                        Authenticator.Failure.class,
                        failure -> assertThat(failure.code()).isEqualTo(ReasonCode.NOT_AUTHORIZED));
        assertThat(step(chains(NamespaceChains.NONE), Claims.of("n", "a", "a")))
                .isInstanceOf(Authenticator.Failure.class);
    }

    @Test
    void aListenerAndANamespaceHaveTheirOwn() {
        NamespaceChains own = namespace -> CompletableFuture.completedFuture(
                namespace.equals(new Namespace("special")) ? Optional.of(List.of("b")) : Optional.empty());
        AuthenticationChains chains = chains(own, "a");

        assertThat(step(chains, Claims.of("n", "x", "x", List.of("open")))).isInstanceOf(Authenticator.Success.class);
        assertThat(step(chains, Claims.of("special", "b", "x"))).isInstanceOf(Authenticator.Success.class);
        assertThat(step(chains, Claims.of("special", "a", "x"))).isInstanceOf(Authenticator.Failure.class);
        assertThat(step(chains, Claims.of("special", "x", "x", List.of("open"))))
                .as("the namespace's is stronger than the listener's")
                .isInstanceOf(Authenticator.Failure.class);
    }

    @Test
    void whoIsKnownBeforeItsNamespaceIsMayNotEnterOneThatAsksOthers() {
        NamespaceChains own = namespace -> CompletableFuture.completedFuture(
                namespace.equals(new Namespace("special")) ? Optional.of(List.of("b")) : Optional.empty());
        AuthenticationChains chains = chains(own, "a", "b");

        assertThat(confirmed(chains, "special", "a", "a")).isInstanceOf(Authenticator.Failure.class);
        assertThat(confirmed(chains, "special", "a", null)).isInstanceOf(Authenticator.Failure.class);
        assertThat(confirmed(chains, "special", "b", "b")).isEqualTo(success("b"));
        assertThat(confirmed(chains, "n", "a", "a")).isEqualTo(success("a"));
        assertThat(asked).as("nobody is asked again who can say nothing else").isEmpty();
    }

    private static Authenticator.Success success(@Nullable String source) {
        return new Authenticator.Success(null, Identity.PLAIN, source, null);
    }

    private static Authenticator.Step confirmed(
            AuthenticationChains chains, String namespace, String username, @Nullable String source) {
        return chains.confirm(Claims.of(namespace, username, "x"), success(source))
                .join();
    }

    @Test
    void whoIsKnownBeforeItsNamespaceIsMeetsTheSourcesThatWereNotAskedAndThoseThatLookAtIt() {
        NamespaceChains own = namespace -> CompletableFuture.completedFuture(
                namespace.equals(new Namespace("special")) ? Optional.of(List.of("b", "open")) : Optional.empty());
        AuthenticationSource looking = new AuthenticationSource() {
            @Override
            public CompletableFuture<Verdict> verify(Authenticator.Claim claim) {
                return source("looking").verify(claim);
            }

            @Override
            public boolean looksAtNamespace() {
                return true;
            }
        };
        AuthenticationChains chains = new AuthenticationChains(
                Map.of("a", source("a"), "b", source("b"), "looking", looking, "open", new AnonymousSource()),
                new AuthenticationSettings(List.of("a", "open", "looking"), 10_000, 2),
                own,
                new Counters(),
                System::nanoTime);

        assertThat(confirmed(chains, "n", "x", "open")).isEqualTo(success("open"));
        assertThat(asked).as("'looking' is behind the one that let it in").isEmpty();
        assertThat(confirmed(chains, "n", "mallory", "looking")).isEqualTo(refusal(ReasonCode.BANNED, "mallory"));
        assertThat(confirmed(chains, "special", "mallory", "open"))
                .as("'b' is asked in its namespace only")
                .isEqualTo(refusal(ReasonCode.BANNED, "mallory"));
        assertThat(confirmed(chains, "special", "b", "open"))
                .isEqualTo(new Authenticator.Success(null, Identity.of("b"), "b", null));
    }

    @Test
    void aNameIsProvedByASourceThatHasLookedAtIt() {
        AuthenticationSource looking = new AuthenticationSource() {
            @Override
            public CompletableFuture<Verdict> verify(Authenticator.Claim claim) {
                return source("a").verify(claim);
            }

            @Override
            public boolean provesUsername() {
                return true;
            }
        };
        AuthenticationChains chains = new AuthenticationChains(
                Map.of("a", looking, "open", new AnonymousSource()),
                new AuthenticationSettings(List.of("a", "open"), 10_000, 2),
                NamespaceChains.NONE,
                new Counters(),
                System::nanoTime);

        assertThat(step(chains, Claims.of("n", "a", "x")))
                .isEqualTo(new Authenticator.Success(null, Identity.of("a").named("a"), "a", null));
        assertThat(step(chains, Claims.of("n", "x", "x")))
                .isEqualTo(new Authenticator.Success(null, Identity.PLAIN, "open", null));
    }

    @Test
    void aSourceThatCannotBeAskedRefusesAndThoseBehindItAreNotAsked() {
        AuthenticationChains chains = new AuthenticationChains(
                Map.of(
                        "broken",
                        claim -> CompletableFuture.failedFuture(new IllegalStateException("down")),
                        "open",
                        new AnonymousSource()),
                new AuthenticationSettings(List.of("broken", "open"), 10_000, 2),
                NamespaceChains.NONE,
                new Counters(),
                System::nanoTime);

        assertThat(chains.begin(Claims.of("n", "a", "a")).next(null)).isCompletedExceptionally();
    }

    @Test
    void aSourceIsAskedAboutSoManyAtOnceAndAnswersInTime() {
        List<CompletableFuture<AuthenticationSource.Verdict>> answers = new ArrayList<>();
        BoundedSource slow = new BoundedSource(
                "slow",
                claim -> {
                    CompletableFuture<AuthenticationSource.Verdict> answer = new CompletableFuture<>();
                    answers.add(answer);
                    return answer;
                },
                new AuthenticationSettings(List.of(), 200, 2),
                new Counters().source("slow"),
                System::nanoTime);

        CompletableFuture<AuthenticationSource.Verdict> first = slow.verify(Claims.of("n", "a", "a"));
        CompletableFuture<AuthenticationSource.Verdict> second = slow.verify(Claims.of("n", "a", "a"));
        assertThat(slow.verify(Claims.of("n", "a", "a")))
                .failsWithin(0, TimeUnit.MILLISECONDS)
                .withThrowableThat()
                .withCauseInstanceOf(OverloadedException.class);
        answers.get(0).complete(new AuthenticationSource.Ignore());

        assertThat(first).isCompletedWithValue(new AuthenticationSource.Ignore());
        assertThat(second)
                .failsWithin(10, TimeUnit.SECONDS)
                .withThrowableThat()
                .withCauseInstanceOf(TimeoutException.class);
        assertThat(answers.get(1)).as("is the source's own").isNotDone();
        var third = slow.verify(Claims.of("n", "a", "a"));
        answers.get(2).complete(new AuthenticationSource.Ignore());
        assertThat(third).as("there is room again").isCompletedWithValue(new AuthenticationSource.Ignore());
    }

    @Test
    void aSourceThatIsNotThereIsNamedWithThoseThatAre() {
        assertThatThrownBy(() -> chains(NamespaceChains.NONE, "ldap"))
                .hasMessageContaining("there is no source 'ldap' here, there are [")
                .hasMessageContaining("open");
    }

    @Test
    void aPasswordIsInNoText() {
        assertThat(Claims.of("n", "anna", "secret").toString()).contains("anna").doesNotContain("secret");
    }
}
