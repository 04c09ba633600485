package io.magnetar.bench.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The calls of the handler's admin API that a run needs. Thread: any; each call blocks. */
final class NamespaceAdmin {
    private static final int USERS_AT_ONCE = 100;
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();
    private final URI base;

    /** @param port of the admin API on this machine */
    NamespaceAdmin(int port) {
        this.base = URI.create("http://127.0.0.1:" + port + "/mqtt/v1/");
    }

    /** @param next what to go on behind, null when there are no more */
    record Page(int size, @Nullable String next) {}

    void create(String namespace) throws IOException, InterruptedException {
        var unused = ask("PUT", "namespaces/" + namespace, "{}");
    }

    void createStream(String namespace, String name, String filter) throws IOException, InterruptedException {
        var unused = ask(
                "PUT", "streams/" + namespace + "/" + name, "{\"properties\": {\"mqtt.filter\": \"" + filter + "\"}}");
    }

    /** @param hash of the password of all of them */
    void createUsers(String namespace, List<String> names, String hash) throws IOException, InterruptedException {
        for (int from = 0; from < names.size(); from += USERS_AT_ONCE) {
            ArrayNode users = json.createArrayNode();
            names.subList(from, Math.min(names.size(), from + USERS_AT_ONCE))
                    .forEach(name -> users.addObject().put("username", name).put("passwordHash", hash));
            var unused = ask("POST", "namespaces/" + namespace + "/users", "{\"users\": " + users + "}");
        }
    }

    Page list(String after) throws IOException, InterruptedException {
        JsonNode page = ask("GET", "namespaces?after=" + after, "");
        return new Page(
                page.path("namespaces").size(),
                page.has("next") ? page.path("next").asText() : null);
    }

    private JsonNode ask(String method, String path, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(base.resolve(path))
                .timeout(TIMEOUT)
                .method(method, BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
        if (response.statusCode() >= 300) {
            throw new BrokerRefused(method + " " + path + ": " + response.statusCode() + " " + response.body());
        }
        return json.readTree(response.body());
    }
}
