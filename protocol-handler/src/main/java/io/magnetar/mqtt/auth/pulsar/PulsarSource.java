package io.magnetar.mqtt.auth.pulsar;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.re2j.Matcher;
import io.magnetar.mqtt.auth.AuthenticationSource;
import io.magnetar.mqtt.auth.Authenticator;
import io.magnetar.mqtt.auth.Identity;
import io.magnetar.mqtt.auth.Passwords;
import io.magnetar.mqtt.auth.SourceThreads;
import io.magnetar.mqtt.flow.Failures;
import io.magnetar.mqtt.listener.Peer;
import io.magnetar.mqtt.packet.ReasonCode;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import javax.naming.AuthenticationException;
import org.apache.pulsar.broker.authentication.AuthenticationProvider;
import org.apache.pulsar.broker.authentication.AuthenticationService;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets in whom the broker's own providers know, under the role that they give: what opens MQTT opens the Pulsar API too. A client that
 * shows nothing that one of the methods could take is left to the next source.
 *
 * <p>Thread: any; providers, which may block, are asked on threads of their own.
 */
public final class PulsarSource implements AuthenticationSource {
    public static final String NAME = "pulsar";

    private static final Logger LOG = LoggerFactory.getLogger(PulsarSource.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final CompletableFuture<Verdict> IGNORED = CompletableFuture.completedFuture(new Ignore());
    /** What else comes as a password is one, and not a token of a broker. */
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]*");
    /** The largest time in seconds that is one in milliseconds too. */
    private static final long MAX_SECONDS = Long.MAX_VALUE / 1_000;

    private final PulsarSettings settings;
    private final SourceThreads threads;
    private final List<AuthenticationProvider> providers = new ArrayList<>();

    /** @throws IllegalArgumentException when the broker does not have all the methods */
    public PulsarSource(PulsarSettings settings, AuthenticationService service, SourceThreads threads) {
        this.settings = settings;
        this.threads = threads;
        for (String method : settings.methods()) {
            AuthenticationProvider provider = service.getAuthenticationProvider(method);
            if (provider == null) {
                throw new IllegalArgumentException("the broker has no authentication provider for the method '" + method
                        + "': see its authenticationEnabled and authenticationProviders");
            }
            providers.add(provider);
        }
    }

    @Override
    public CompletableFuture<Verdict> verify(Authenticator.Claim claim) {
        return askFrom(0, claim, false);
    }

    /** @param refused whether a provider before has not known what the client shows */
    private CompletableFuture<Verdict> askFrom(int place, Authenticator.Claim claim, boolean refused) {
        if (place == providers.size()) {
            return refused
                    ? CompletableFuture.completedFuture(new Deny(
                            ReasonCode.BAD_USER_NAME_OR_PASSWORD, "the broker does not know what the client shows"))
                    : IGNORED;
        }
        String method = settings.methods().get(place);
        Optional<ClientCredentials> shown = shown(method, claim);
        if (shown.isEmpty()) {
            return askFrom(place + 1, claim, refused);
        }
        return threads.askForFuture(
                        claim.namespace(), () -> providers.get(place).authenticateAsync(shown.get()))
                .thenApply(role -> verdict(method, role, claim))
                .exceptionallyCompose(failure -> {
                    Throwable cause = Failures.cause(failure);
                    if (cause instanceof AuthenticationException) {
                        LOG.debug("The provider of the method '{}' does not know a client", method, cause);
                        return askFrom(place + 1, claim, true);
                    }
                    return CompletableFuture.failedFuture(failure);
                });
    }

    private static Optional<ClientCredentials> shown(String method, Authenticator.Claim claim) {
        Peer.Certificate certificate = claim.peer().certificate();
        X509Certificate x509 = certificate == null ? null : certificate.shown();
        String password = Passwords.text(claim.password()).orElse("");
        String data = switch (method) {
            case PulsarSettings.TLS -> null;
            case PulsarSettings.BASIC ->
                claim.username() == null || password.isEmpty() ? null : claim.username() + ":" + password;
            case PulsarSettings.TOKEN -> TOKEN.matcher(password).matches() ? password : null;
            default -> password.isEmpty() ? null : password;
        };
        boolean something = method.equals(PulsarSettings.TLS) ? x509 != null : data != null;
        return something
                ? Optional.of(new ClientCredentials(data, x509, claim.peer().address()))
                : Optional.empty();
    }

    private Verdict verdict(String method, @Nullable String role, Authenticator.Claim claim) {
        if (role == null || role.isEmpty()) {
            return new Deny(ReasonCode.NOT_AUTHORIZED, "the broker knows no role of the client");
        }
        if (settings.usernameIsRole()
                && claim.username() != null
                && !claim.username().equals(role)) {
            return new Deny(
                    ReasonCode.BAD_USER_NAME_OR_PASSWORD, "the user name is not the role of what the client shows");
        }
        String namespace = null;
        if (settings.namespace() != null) {
            Matcher found = settings.namespace().matcher(role);
            if (!found.find()) {
                return new Deny(ReasonCode.NOT_AUTHORIZED, "the role of the client is in no namespace");
            }
            namespace = found.group(1);
        }
        long expiresAtMillis = method.equals(PulsarSettings.TLS) || method.equals(PulsarSettings.BASIC)
                ? Identity.NEVER
                : expiry(Passwords.text(claim.password()).orElse(""));
        Identity identity = new Identity(namespace, role, false, null, expiresAtMillis);
        return new Allow(settings.usernameIsRole() ? identity.named(role) : identity);
    }

    /** When a token that has been verified expires, if it is a JSON Web Token that says so. */
    private static long expiry(String token) {
        String[] parts = token.split("\\.", -1);
        if (parts.length != 3) {
            return Identity.NEVER;
        }
        try {
            byte[] claims = Base64.getUrlDecoder().decode(parts[1]);
            long seconds = JSON.readTree(new String(claims, UTF_8)).path("exp").asLong(MAX_SECONDS);
            return seconds >= MAX_SECONDS ? Identity.NEVER : seconds * 1_000;
        } catch (IllegalArgumentException | IOException e) {
            return Identity.NEVER; // A token of another kind.
        }
    }
}
