package io.magnetar.it.mqtt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Asks a broker's admin API. */
final class AdminCalls {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newHttpClient();
    private final MqttBroker broker;

    AdminCalls(MqttBroker broker) {
        this.broker = broker;
    }

    record Answer(int status, JsonNode body) {
        String error() {
            return body.path("error").asText();
        }
    }

    Answer get(String path) throws IOException, InterruptedException {
        return ask("GET", path, "", null);
    }

    Answer ask(String method, String path, String body, @Nullable String token)
            throws IOException, InterruptedException {
        return askWith(token == null ? Map.of() : Map.of("Authorization", "Bearer " + token), method, path, body);
    }

    Answer askWith(Map<String, String> headers, String method, String path, String body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + broker.httpPort() + "/mqtt/v1/" + path))
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        headers.forEach(request::header);
        HttpResponse<byte[]> response = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        return new Answer(response.statusCode(), JSON.readTree(response.body()));
    }
}
