package io.magnetar.bench.compare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;

/** The few calls of Pulsar's admin REST API that a comparison needs. Thread: any; each call blocks. */
final class PulsarAdminApi {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();
    private final URI base;

    /** @param port of the admin API on this machine */
    PulsarAdminApi(int port) {
        this.base = URI.create("http://127.0.0.1:" + port + "/admin/v2/");
    }

    /** @param topic as in {@code public/streams/readings} */
    void createPartitioned(String topic, int partitions, Map<String, String> properties)
            throws IOException, InterruptedException {
        String body = json.writeValueAsString(Map.of("partitions", partitions, "properties", properties));
        put("persistent/" + topic + "/partitions", "application/vnd.partitioned-topic-metadata+json", body);
    }

    /** Makes a subscription that keeps everything from the topic's beginning. */
    void subscribeFromEarliest(String topic, String subscription) throws IOException, InterruptedException {
        put(
                "persistent/" + topic + "/subscription/" + subscription,
                "application/json",
                "{\"ledgerId\":-1,\"entryId\":-1}");
    }

    void deletePartitioned(String topic) throws IOException, InterruptedException {
        send(HttpRequest.newBuilder(base.resolve("persistent/" + topic + "/partitions?force=true"))
                .DELETE());
    }

    /** Reads a JSON document; an error's document too. */
    JsonNode get(URI address) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(address).timeout(TIMEOUT).build();
        return json.readTree(http.send(request, BodyHandlers.ofString()).body());
    }

    private void put(String path, String contentType, String body) throws IOException, InterruptedException {
        send(HttpRequest.newBuilder(base.resolve(path))
                .header("Content-Type", contentType)
                .PUT(BodyPublishers.ofString(body)));
    }

    private void send(HttpRequest.Builder builder) throws IOException, InterruptedException {
        HttpRequest request = builder.timeout(TIMEOUT).build();
        HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
        if (response.statusCode() >= 300) {
            throw new IOException(
                    request.method() + " " + request.uri() + ": " + response.statusCode() + " " + response.body());
        }
    }
}
