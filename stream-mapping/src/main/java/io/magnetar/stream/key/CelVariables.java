package io.magnetar.stream.key;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.NullValue;
import dev.cel.bundle.CelBuilder;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.runtime.CelVariableResolver;
import io.magnetar.message.Message;
import io.magnetar.message.UserProperty;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A message as the variables of an expression. A text that the message does not have is empty, so that expressions can ask for it.
 *
 * <p>Thread: one; made for one evaluation.
 */
final class CelVariables implements CelVariableResolver {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Message message;
    private @Nullable Object json;

    CelVariables(Message message) {
        this.message = message;
    }

    static CelBuilder declare(CelBuilder cel) {
        return cel.addVar("topic", SimpleType.STRING)
                .addVar("client_id", SimpleType.STRING)
                .addVar("username", SimpleType.STRING)
                .addVar("qos", SimpleType.INT)
                .addVar("retain", SimpleType.BOOL)
                .addVar("ts", SimpleType.INT)
                .addVar("content_type", SimpleType.STRING)
                .addVar("response_topic", SimpleType.STRING)
                .addVar("user_properties", MapType.create(SimpleType.STRING, SimpleType.STRING))
                .addVar("payload", SimpleType.STRING)
                .addVar("json", SimpleType.DYN);
    }

    @Override
    public Optional<Object> find(String name) {
        return switch (name) {
            case "topic" -> Optional.of(message.topic());
            case "client_id" -> text(message.publisher().clientId());
            case "username" -> text(message.publisher().username());
            case "qos" -> Optional.of((long) message.qos().ordinal());
            case "retain" -> Optional.of(message.retain());
            case "ts" -> Optional.of(message.timestampMicros());
            case "content_type" -> text(message.properties().contentType());
            case "response_topic" -> text(message.properties().responseTopic());
            case "user_properties" -> Optional.of(userProperties());
            case "payload" -> Optional.of(new String(message.payload(), UTF_8));
            case "json" -> json();
            default -> Optional.empty();
        };
    }

    private static Optional<Object> text(@Nullable String text) {
        return Optional.of(text == null ? "" : text);
    }

    /** The first of each name. */
    private Map<String, String> userProperties() {
        Map<String, String> first = new HashMap<>();
        for (UserProperty property : message.properties().userProperties()) {
            first.putIfAbsent(property.name(), property.value());
        }
        return first;
    }

    /** The payload; nothing, which ends the evaluation, when it is no JSON. */
    private Optional<Object> json() {
        if (json == null) {
            try {
                JsonNode tree = JSON.readTree(message.payload());
                json = tree.isMissingNode() ? null : value(tree);
            } catch (IOException e) {
                return Optional.empty();
            }
        }
        return Optional.ofNullable(json);
    }

    private static Object value(JsonNode node) {
        if (node.isObject()) {
            Map<String, Object> object = new HashMap<>();
            node.properties().forEach(field -> object.put(field.getKey(), value(field.getValue())));
            return object;
        }
        if (node.isArray()) {
            List<Object> array = new ArrayList<>();
            node.forEach(element -> array.add(value(element)));
            return array;
        }
        if (node.canConvertToLong() && node.isIntegralNumber()) {
            return node.longValue();
        }
        if (node.isNumber()) {
            return node.doubleValue();
        }
        if (node.isNull()) {
            return NullValue.NULL_VALUE;
        }
        return node.isBoolean() ? (Object) node.booleanValue() : node.textValue();
    }
}
