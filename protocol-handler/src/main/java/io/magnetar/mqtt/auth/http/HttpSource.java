package io.magnetar.mqtt.auth.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.magnetar.mqtt.auth.AuthenticationSource;
import io.magnetar.mqtt.auth.Authenticator;
import io.magnetar.mqtt.auth.ClaimTemplate;
import io.magnetar.mqtt.auth.Passwords;
import io.magnetar.mqtt.auth.fetch.HttpFetch;
import io.magnetar.mqtt.packet.ReasonCode;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Asks an HTTP server who a client is.
 *
 * <p>Thread: any; the server is asked without a thread that waits.
 */
public final class HttpSource implements AuthenticationSource {
    public static final String NAME = "http";

    private final HttpSettings settings;
    private final HttpFetch http;
    private final InstantSource clock;

    public HttpSource(HttpSettings settings, HttpFetch http, InstantSource clock) {
        this.settings = settings;
        this.http = http;
        this.clock = clock;
    }

    @Override
    public boolean provesUsername() {
        return settings.tells(ClaimTemplate::tellsUsername);
    }

    @Override
    public boolean looksAtNamespace() {
        return settings.tells(ClaimTemplate::tellsNamespace);
    }

    @Override
    public CompletableFuture<Verdict> verify(Authenticator.Claim claim) {
        if (settings.tells(ClaimTemplate::tellsPassword)
                && claim.password() != null
                && Passwords.text(claim.password()).isEmpty()) {
            return denied("the password is no text in UTF-8");
        }
        Optional<HttpRequest> request = request(claim);
        if (request.isEmpty()) {
            return denied("the client says something of itself that no header of HTTP can have");
        }
        return http.send(request.get()).thenApply(answer -> HttpVerdict.of(answer, clock.millis()));
    }

    private static CompletableFuture<Verdict> denied(String reason) {
        return CompletableFuture.completedFuture(new Deny(ReasonCode.BAD_USER_NAME_OR_PASSWORD, reason));
    }

    private Optional<HttpRequest> request(Authenticator.Claim claim) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(settings.address() + query(claim)));
        if (settings.body() == null) {
            request.GET();
        } else {
            request.header("Content-Type", "application/json; charset=utf-8");
            request.POST(HttpRequest.BodyPublishers.ofString(settings.body().of(claim), UTF_8));
        }
        for (Map.Entry<String, ClaimTemplate> header : settings.headers().entrySet()) {
            String value = header.getValue().ofWhatIsThere(claim, UnaryOperator.identity());
            if (!value.chars().allMatch(HttpSource::isOfHeaders)) {
                return Optional.empty();
            }
            request.setHeader(header.getKey(), value);
        }
        return Optional.of(request.build());
    }

    private String query(Authenticator.Claim claim) {
        return settings.query().isEmpty()
                ? ""
                : settings.query().stream()
                        .map(one -> one.name() + "=" + one.value().ofWhatIsThere(claim, HttpSource::percentEncoded))
                        .collect(Collectors.joining("&", "?", ""));
    }

    private static String percentEncoded(String value) {
        return URLEncoder.encode(value, UTF_8).replace("+", "%20");
    }

    /** What a header's value may have without being understood in two ways, RFC 9110 section 5.5. */
    private static boolean isOfHeaders(int character) {
        return character >= ' ' && character <= '~';
    }
}
