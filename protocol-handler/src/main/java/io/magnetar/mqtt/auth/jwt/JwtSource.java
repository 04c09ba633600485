package io.magnetar.mqtt.auth.jwt;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.magnetar.mqtt.auth.AuthenticationSource;
import io.magnetar.mqtt.auth.Authenticator;
import io.magnetar.mqtt.auth.ClaimTemplate;
import io.magnetar.mqtt.auth.Identity;
import io.magnetar.mqtt.auth.Passwords;
import io.magnetar.mqtt.auth.SourceThreads;
import io.magnetar.mqtt.auth.fetch.HttpFetch;
import io.magnetar.mqtt.packet.ReasonCode;
import java.security.Key;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/**
 * Lets in who shows a token that one of our keys has signed and that says what it must. What is no token, and a token that none of our
 * keys has signed, is left to the next source: it may be a password, or another issuer's. A token that is not signed is refused.
 *
 * <p>Thread: any; signatures are verified on threads of its own.
 */
public final class JwtSource implements AuthenticationSource {
    public static final String NAME = "jwt";

    private static final CompletableFuture<Verdict> IGNORED = CompletableFuture.completedFuture(new Ignore());
    private static final ObjectMapper JSON = new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    private final JwtSettings settings;
    private final @Nullable FetchedKeys fetched;
    private final SourceThreads threads;
    private final InstantSource clock;

    /**
     * @param http asks for the key set; null when there is none
     * @param threads those that signatures are verified on
     * @param nanoTime as {@link System#nanoTime()}
     */
    public JwtSource(
            JwtSettings settings,
            @Nullable HttpFetch http,
            SourceThreads threads,
            InstantSource clock,
            LongSupplier nanoTime) {
        this.settings = settings;
        this.fetched =
                settings.keySet() == null || http == null ? null : new FetchedKeys(settings.keySet(), http, nanoTime);
        this.threads = threads;
        this.clock = clock;
    }

    @Override
    public boolean provesUsername() {
        return settings.provesUsername();
    }

    @Override
    public boolean looksAtNamespace() {
        return settings.rules().required().values().stream().anyMatch(ClaimTemplate::tellsNamespace);
    }

    @Override
    public CompletableFuture<Verdict> verify(Authenticator.Claim claim) {
        String written = settings.fromUsername()
                ? claim.username()
                : Passwords.text(claim.password()).orElse(null);
        if (written == null || !SignedToken.isWritten(written)) {
            return IGNORED;
        }
        if (written.length() > settings.maxBytes()) {
            return denied(ReasonCode.BAD_USER_NAME_OR_PASSWORD, "the token is too long");
        }
        Optional<SignedToken> token = SignedToken.read(written);
        if (token.isEmpty()) {
            return IGNORED;
        }
        return verify(token.get(), claim);
    }

    private CompletableFuture<Verdict> verify(SignedToken token, Authenticator.Claim claim) {
        if (token.isUnsigned()) {
            return denied(ReasonCode.BAD_USER_NAME_OR_PASSWORD, "the token is not signed");
        }
        Optional<KeyFamily> family = KeyFamily.of(token.algorithm());
        if (family.isEmpty() || !mayBeSignedWith(token.algorithm())) {
            return IGNORED;
        }
        List<Key> own = settings.keys().stream().filter(family.get()::has).toList();
        if (fetched == null || family.get().equals(KeyFamily.SECRET)) {
            return verified(token, own, false, claim);
        }
        return fetched.with(token.keyId()).thenCompose(known -> {
            List<KeySetKeys.NamedKey> candidates = known.candidates(token.keyId(), token.algorithm(), family.get());
            List<Key> all = Stream.concat(own.stream(), candidates.stream().map(KeySetKeys.NamedKey::key))
                    .toList();
            return verified(token, all, token.keyId() != null && !candidates.isEmpty(), claim);
        });
    }

    private boolean mayBeSignedWith(String algorithm) {
        return settings.algorithms().isEmpty() || settings.algorithms().contains(algorithm);
    }

    /** @param named whether the token says that it is signed with one of these keys */
    private CompletableFuture<Verdict> verified(
            SignedToken token, List<Key> candidates, boolean named, Authenticator.Claim claim) {
        return candidates.isEmpty()
                ? IGNORED
                : threads.ask(claim.namespace(), () -> verdict(token, candidates, named, claim));
    }

    private Verdict verdict(SignedToken token, List<Key> candidates, boolean named, Authenticator.Claim claim) {
        for (Key key : candidates) {
            try {
                Optional<String> payload = token.payload(key);
                if (payload.isPresent()) {
                    return verdict(claims(payload.get()), claim);
                }
            } catch (JoseException e) {
                // A key that does not go with the token, such as one of another curve.
            }
        }
        return named
                ? new Deny(ReasonCode.BAD_USER_NAME_OR_PASSWORD, "the signature of the token is not right")
                : new Ignore();
    }

    private static JsonNode claims(String payload) {
        try {
            JsonNode claims = JSON.readTree(payload);
            return claims.isObject() ? claims : MissingNode.getInstance();
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }

    private Verdict verdict(JsonNode claims, Authenticator.Claim claim) {
        if (claims.isMissingNode()) {
            return new Deny(ReasonCode.NOT_AUTHORIZED, "the token has no claims");
        }
        Optional<String> problem = settings.rules().problem(claims, claim, clock.millis());
        if (problem.isPresent()) {
            return new Deny(ReasonCode.NOT_AUTHORIZED, problem.get());
        }
        ClaimNames names = settings.names();
        JsonNode namespace = find(claims, names.namespace());
        if (names.namespace() != null && textOf(namespace) == null) {
            return new Deny(ReasonCode.NOT_AUTHORIZED, "the token names no namespace in '" + names.namespace() + "'");
        }
        JsonNode rules = find(claims, names.rules());
        return new Allow(new Identity(
                textOf(namespace),
                textOf(find(claims, names.role())),
                find(claims, names.superuser()).booleanValue(),
                rules.isMissingNode() || rules.isNull() ? null : rules.toString(),
                settings.rules().expiresAtMillis(claims),
                settings.fromUsername() ? subject(claims) : null));
    }

    /** The name of a client that has sent its token in the place of one: nobody is to see the token. */
    private static String subject(JsonNode claims) {
        return Objects.requireNonNullElse(textOf(claims.path("sub")), "");
    }

    private static JsonNode find(JsonNode claims, @Nullable String name) {
        return name == null ? MissingNode.getInstance() : ClaimRules.find(claims, name);
    }

    private static @Nullable String textOf(JsonNode claim) {
        return claim.isTextual() && !claim.textValue().isEmpty() ? claim.textValue() : null;
    }

    private static CompletableFuture<Verdict> denied(ReasonCode code, String reason) {
        return CompletableFuture.completedFuture(new Deny(code, reason));
    }
}
