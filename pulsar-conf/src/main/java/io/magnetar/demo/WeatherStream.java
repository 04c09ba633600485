package io.magnetar.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/**
 * The stream that keeps the readings: {@code persistent://public/streams/weather}, key by station. Made through Pulsar's admin
 * API, like any stream.
 *
 * <p>Thread: the demo's main thread.
 */
final class WeatherStream {
    static final String PULSAR_TOPIC = "persistent://public/streams/weather";

    private static final String DEFINITION = """
            {"partitions": 4, "properties": {"mqtt.filter": "weather/#", "mqtt.key": "topic[1]"}}""";
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final Duration SEEN_WITHIN = Duration.ofSeconds(15);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
    private final DemoOptions options;

    WeatherStream(DemoOptions options) {
        this.options = options;
    }

    /**
     * Makes the stream if there is none.
     *
     * @return whether it was made
     * @throws IOException when the broker does not answer or refuses
     */
    boolean create() throws IOException, InterruptedException {
        URI topic = options.adminUrl().resolve("/admin/v2/persistent/public/streams/weather/partitions");
        HttpRequest put = HttpRequest.newBuilder(topic)
                .timeout(TIMEOUT)
                .header("Content-Type", "application/vnd.partitioned-topic-metadata+json")
                .PUT(HttpRequest.BodyPublishers.ofString(DEFINITION))
                .build();
        HttpResponse<String> answer = http.send(put, HttpResponse.BodyHandlers.ofString());
        return switch (answer.statusCode()) {
            case 204 -> true;
            case 409 -> false;
            default ->
                throw new IOException(
                        "the stream was not made: " + answer.statusCode() + " " + answer.body() + " from " + topic);
        };
    }

    /** Waits until the handler keeps what is published to the stream. */
    void awaitServed() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + SEEN_WITHIN.toNanos();
        while (!served()) {
            if (System.nanoTime() > deadline) {
                throw new IOException("the handler does not list the stream in " + options.statusUrl());
            }
            Thread.sleep(100);
        }
    }

    private boolean served() throws IOException, InterruptedException {
        HttpRequest get =
                HttpRequest.newBuilder(options.statusUrl()).timeout(TIMEOUT).build();
        JsonNode status = JSON.readTree(
                http.send(get, HttpResponse.BodyHandlers.ofString()).body());
        for (JsonNode refused : status.path("refusedStreams")) {
            if (refused.path("pulsarTopic").asText().equals(PULSAR_TOPIC)) {
                throw new IOException(
                        PULSAR_TOPIC + " is refused: " + refused.path("reason").asText());
            }
        }
        for (JsonNode stream : status.path("streams")) {
            if (stream.path("namespace").asText().equals("public")
                    && stream.path("name").asText().equals("weather")) {
                return true;
            }
        }
        return false;
    }
}
