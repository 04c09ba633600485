package io.magnetar.mqtt.auth.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.magnetar.mqtt.auth.Authenticator;
import io.magnetar.mqtt.auth.ClaimTemplate;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * A JSON text whose strings have places for what a client says of itself. Whatever that is, the text stays what it is: a value is
 * written into a string, and never as JSON. A string with a place for what the client has not said is null.
 *
 * <p>Thread: immutable.
 */
public final class JsonTemplate {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final JsonNode text;
    /** The strings that have places, as they are written in the text. */
    private final Map<String, ClaimTemplate> templates = new LinkedHashMap<>();

    private JsonTemplate(JsonNode text) {
        this.text = text;
        gather(text);
    }

    /** @throws IllegalArgumentException with what is wrong, for the operator */
    public static JsonTemplate parse(String written) {
        try {
            JsonNode text = JSON.readTree(written);
            if (!text.isObject()) {
                throw new IllegalArgumentException("a JSON object is needed");
            }
            return new JsonTemplate(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("it is no JSON: " + e.getOriginalMessage(), e);
        }
    }

    private void gather(JsonNode node) {
        if (node.isTextual()) {
            ClaimTemplate template = ClaimTemplate.parse(node.textValue());
            if (!template.isConstant()) {
                templates.put(node.textValue(), template);
            }
        } else {
            node.forEach(this::gather);
        }
    }

    boolean tells(Predicate<ClaimTemplate> part) {
        return templates.values().stream().anyMatch(part);
    }

    /** The text for one client. */
    String of(Authenticator.Claim claim) {
        return filled(text, claim).toString();
    }

    private JsonNode filled(JsonNode node, Authenticator.Claim claim) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        if (node.isTextual()) {
            ClaimTemplate template = templates.get(node.textValue());
            if (template == null) {
                return node;
            }
            Optional<String> value = template.of(claim, UnaryOperator.identity());
            return value.isPresent() ? nodes.textNode(value.get()) : nodes.nullNode();
        }
        if (node.isObject()) {
            ObjectNode object = nodes.objectNode();
            node.fields().forEachRemaining(field -> object.set(field.getKey(), filled(field.getValue(), claim)));
            return object;
        }
        if (node.isArray()) {
            ArrayNode array = nodes.arrayNode();
            node.forEach(one -> array.add(filled(one, claim)));
            return array;
        }
        return node;
    }
}
