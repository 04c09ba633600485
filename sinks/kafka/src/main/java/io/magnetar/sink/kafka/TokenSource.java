package io.magnetar.sink.kafka;

import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Fetches tokens from an authorization server. When to fetch the next one is decided by Kafka's client, which asks at
 * four fifths of a token's life and, when that fails, every ten seconds with the old token in force until its end.
 *
 * <p>Thread: any; it blocks, for no longer than the credentials' timeout.
 */
final class TokenSource {
    private final HttpClient http;
    private final ClientCredentials credentials;
    private final Clock clock;
    private volatile @Nullable IOException failure;

    TokenSource(HttpClient http, ClientCredentials credentials, Clock clock) {
        this.http = http;
        this.credentials = credentials;
        this.clock = clock;
    }

    Map<String, String> extensions() {
        return credentials.extensions();
    }

    /** What went wrong with the last token, if anything did. */
    Optional<IOException> failure() {
        return Optional.ofNullable(failure);
    }

    /** A new token, or an exception whose message says what an operator can do. */
    AccessToken fetch() throws IOException {
        try {
            AccessToken token = ask();
            failure = null;
            return token;
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    private AccessToken ask() throws IOException {
        long now = clock.millis();
        CompletableFuture<HttpResponse<String>> response = http.sendAsync(request(), BodyHandlers.ofString());
        try {
            HttpResponse<String> answer = response.get(credentials.timeout().toMillis(), TimeUnit.MILLISECONDS);
            return TokenAnswer.read(credentials, answer.statusCode(), answer.body(), now);
        } catch (TimeoutException e) {
            response.cancel(true);
            throw new IOException(
                    "the token endpoint " + credentials.tokenEndpoint() + " does not answer within "
                            + credentials.timeout().toMillis() + " ms",
                    e);
        } catch (ExecutionException | CancellationException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            String message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
            throw new IOException(
                    "cannot reach the token endpoint " + credentials.tokenEndpoint() + ": " + message, cause);
        } catch (InterruptedException e) {
            response.cancel(true);
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for the token endpoint", e);
        }
    }

    private HttpRequest request() {
        Map<String, String> form = new LinkedHashMap<>();
        form.put("grant_type", "client_credentials");
        if (!credentials.scope().isEmpty()) {
            form.put("scope", credentials.scope());
        }
        if (!credentials.audience().isEmpty()) {
            form.put("audience", credentials.audience());
        }
        HttpRequest.Builder request = HttpRequest.newBuilder(credentials.tokenEndpoint())
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Accept", "application/json");
        if (credentials.credentialsInBody()) {
            form.put("client_id", credentials.clientId());
            form.put("client_secret", credentials.clientSecret());
        } else {
            // RFC 6749, 2.3.1: both are form-encoded first.
            String pair = encoded(credentials.clientId()) + ":" + encoded(credentials.clientSecret());
            request.header(
                    "Authorization",
                    "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
        }
        String body = form.entrySet().stream()
                .map(e -> encoded(e.getKey()) + "=" + encoded(e.getValue()))
                .collect(Collectors.joining("&"));
        return request.POST(BodyPublishers.ofString(body)).build();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
