package io.magnetar.it.client;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** The status page of a broker. Thread: any. */
public final class BrokerStatus {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** How soon a broker knows of a stream that an admin has created, changed or deleted. */
    public static final Duration CHANGE_SEEN_WITHIN = Duration.ofSeconds(2);

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final HttpRequest request;

    public BrokerStatus(int httpPort) {
        request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort + "/status"))
                .timeout(Duration.ofSeconds(5))
                .build();
    }

    /** Whether the broker answers, and answers that it is ready. */
    public boolean isReady() throws InterruptedException {
        try {
            HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
            boolean ready = JSON.readTree(response.body()).path("ready").asBoolean();
            return response.statusCode() == 200 && ready;
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether nothing answers: the status page is the last thing that a broker closes. */
    public boolean isGone() throws InterruptedException {
        try {
            http.send(request, BodyHandlers.ofByteArray());
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    public JsonNode get() throws IOException, InterruptedException {
        return JSON.readTree(http.send(request, BodyHandlers.ofByteArray()).body());
    }

    public long counter(String name) throws IOException, InterruptedException {
        JsonNode counter = get().path("counters").path(name);
        if (!counter.isNumber()) {
            throw new AssertionError("there is no counter " + name);
        }
        return counter.asLong();
    }

    /** The port of the first listener of a scheme. */
    public int port(String scheme) throws IOException, InterruptedException {
        for (JsonNode listener : get().path("listeners")) {
            URI uri = URI.create(listener.asText());
            if (uri.getScheme().equals(scheme)) {
                return uri.getPort();
            }
        }
        throw new AssertionError("there is no listener " + scheme);
    }

    /** The valid stream of the namespace {@code public} with this name. */
    public Optional<JsonNode> stream(String name) throws IOException, InterruptedException {
        return StreamSupport.stream(get().path("streams").spliterator(), false)
                .filter(stream -> stream.path("namespace").asText().equals("public"))
                .filter(stream -> stream.path("name").asText().equals(name))
                .findFirst();
    }

    /** Why the definition on this Pulsar topic is refused. */
    public Optional<String> refusal(String pulsarTopic) throws IOException, InterruptedException {
        return StreamSupport.stream(get().path("refusedStreams").spliterator(), false)
                .filter(refused -> refused.path("pulsarTopic").asText().equals(pulsarTopic))
                .map(refused -> refused.path("reason").asText())
                .findFirst();
    }

    /** Returns when the broker has the stream, and fails when that takes too long. */
    public void awaitStream(String name) {
        await("stream " + name)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> stream(name).isPresent());
    }
}
