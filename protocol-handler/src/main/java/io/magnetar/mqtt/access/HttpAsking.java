package io.magnetar.mqtt.access;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks an HTTP server, by POST with an object in JSON. 204 allows; 200 with {@code {"result": "allow"}}, {@code "deny"} or {@code "ignore"}
 * says so. Any other answer is none.
 *
 * <p>Thread: any.
 */
public final class HttpAsking implements RememberedSource.Asking {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int OK = 200;
    private static final int NO_CONTENT = 204;
    private static final int MAX_BYTES = 64 * 1024;

    private final HttpClient client;
    private final URI uri;
    private final long timeoutMillis;

    public HttpAsking(URI uri, long timeoutMillis, Executor executor) {
        this.uri = uri;
        this.timeoutMillis = timeoutMillis;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofMillis(timeoutMillis))
                .executor(executor)
                .build();
    }

    @Override
    public CompletableFuture<Verdict> ask(Subject client, AccessRequest request) {
        HttpRequest question = HttpRequest.newBuilder(uri)
                .timeout(Duration.ofMillis(timeoutMillis))
                .header("Content-Type", "application/json")
                .header("Accept", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body(client, request)))
                .build();
        CompletableFuture<HttpResponse<byte[]>> sent = this.client.sendAsync(question, HttpAsking::shortBody);
        return sent.copy()
                .orTimeout(timeoutMillis, TimeUnit.MILLISECONDS)
                .whenComplete((response, failure) -> {
                    if (failure != null) {
                        sent.cancel(true);
                    }
                })
                .thenApply(HttpAsking::verdict);
    }

    private static byte[] body(Subject client, AccessRequest request) {
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        body.put("namespace", client.publisher().namespace().name());
        body.put("clientid", client.clientId());
        body.put("username", client.username(true));
        body.put("role", client.role());
        body.put("cert_cn", client.commonName());
        body.put("ipaddr", client.address().getHostAddress());
        body.put("action", request.isPublish() ? "publish" : "subscribe");
        body.put("topic", request.topic());
        body.put("qos", request.qos().ordinal());
        body.put("retain", request.retain());
        if (!request.stream().isEmpty()) {
            body.put("stream", request.stream());
        }
        try {
            return JSON.writeValueAsBytes(body);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a map of strings and numbers is JSON", e);
        }
    }

    /** The answer, unless it is longer than one can be. */
    private static HttpResponse.BodySubscriber<byte[]> shortBody(HttpResponse.ResponseInfo info) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        return HttpResponse.BodySubscribers.mapping(
                HttpResponse.BodySubscribers.ofByteArrayConsumer(part -> part.ifPresent(some -> {
                    if (bytes.size() + some.length > MAX_BYTES) {
                        throw new IllegalStateException("the answer has more than " + MAX_BYTES + " bytes");
                    }
                    bytes.writeBytes(some);
                })),
                done -> bytes.toByteArray());
    }

    private static Verdict verdict(HttpResponse<byte[]> response) {
        if (response.statusCode() == NO_CONTENT) {
            return Verdict.ALLOW;
        }
        if (response.statusCode() != OK) {
            throw new IllegalStateException("the server answers HTTP " + response.statusCode());
        }
        try {
            JsonNode body = JSON.readTree(response.body());
            return switch (body.path("result").asText("")) {
                case "allow" -> Verdict.ALLOW;
                case "deny" -> Verdict.DENY;
                case "ignore" -> Verdict.NONE;
                default -> throw new IllegalStateException("the answer's result is not allow, deny or ignore");
            };
        } catch (IOException e) {
            throw new IllegalStateException("the answer is no JSON", e);
        }
    }
}
