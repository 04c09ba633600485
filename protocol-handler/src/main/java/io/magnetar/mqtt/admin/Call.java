package io.magnetar.mqtt.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.magnetar.tenancy.Namespace;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A request on its way through a route: who asks, and what the path names.
 *
 * <p>Thread: immutable.
 *
 * @param variables what stands in the path in the place of the route's variables
 */
record Call(AdminRequest request, Access.Caller caller, Map<String, String> variables) {
    private static final ObjectMapper JSON = new ObjectMapper();

    Namespace namespace() {
        try {
            return new Namespace(variable("namespace"));
        } catch (IllegalArgumentException e) {
            throw RefusedRequest.bad(String.valueOf(e.getMessage()));
        }
    }

    String variable(String name) {
        return variables.getOrDefault(name, "");
    }

    /** Completes when the caller may. */
    CompletableFuture<Void> require(Right right, @Nullable String stream) {
        return caller.require(right, namespace(), stream);
    }

    /** The body, an object in JSON; an empty one when there is none. */
    JsonNode body() {
        try {
            JsonNode body = request.body().length == 0 ? JSON.createObjectNode() : JSON.readTree(request.body());
            if (body.isObject()) {
                return body;
            }
            throw RefusedRequest.bad("the body is an object in JSON");
        } catch (JsonProcessingException e) {
            throw RefusedRequest.bad("the body is no JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw RefusedRequest.bad("the body cannot be read");
        }
    }

    /** An object of strings in the body; an empty one when there is none of the name. */
    static Map<String, String> strings(JsonNode body, String name) {
        Map<String, String> strings = new TreeMap<>();
        body.path(name).fields().forEachRemaining(field -> {
            if (!field.getValue().isValueNode()) {
                throw RefusedRequest.bad(name + " is an object of strings");
            }
            strings.put(field.getKey(), field.getValue().asText());
        });
        return strings;
    }

    /** A list of names in the body, without blanks around them; nothing when there is none of that name. */
    static Optional<Set<String>> names(JsonNode body, String name) {
        if (!body.has(name)) {
            return Optional.empty();
        }
        Set<String> names = new TreeSet<>();
        for (JsonNode each : body.path(name)) {
            if (!each.isTextual() || each.asText().isBlank()) {
                throw RefusedRequest.bad(name + " is a list of names");
            }
            names.add(each.asText().strip());
        }
        if (!body.path(name).isArray()) {
            throw RefusedRequest.bad(name + " is a list of names");
        }
        return Optional.of(names);
    }
}
