package io.magnetar.stream.key;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.jayway.jsonpath.Configuration;
import com.jayway.jsonpath.JsonPath;
import com.jayway.jsonpath.JsonPathException;
import com.jayway.jsonpath.Option;
import com.jayway.jsonpath.spi.json.JacksonJsonNodeJsonProvider;
import com.jayway.jsonpath.spi.mapper.JacksonMappingProvider;
import io.magnetar.message.Message;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** {@code payload:$.path}: the text, number or truth value at a place of a JSON payload. */
final class JsonPathKey implements StreamKey {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Configuration JACKSON = Configuration.builder()
            .jsonProvider(new JacksonJsonNodeJsonProvider(JSON))
            .mappingProvider(new JacksonMappingProvider(JSON))
            .options(Option.SUPPRESS_EXCEPTIONS)
            .build();

    private final String text;
    private final JsonPath path;

    private JsonPathKey(String text, JsonPath path) {
        this.text = text;
        this.path = path;
    }

    /** @throws IllegalArgumentException when it is no path, or one that may name several places; says so */
    static JsonPathKey compile(String text) {
        JsonPath path;
        try {
            path = JsonPath.compile(text);
        } catch (JsonPathException | IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + text + "' is no JSON path: " + e.getMessage(), e);
        }
        if (!text.startsWith("$") || !path.isDefinite()) {
            throw new IllegalArgumentException("the JSON path '" + text
                    + "' must begin with $ and name one place, as in $.device.id or $.tags[0]");
        }
        return new JsonPathKey(text, path);
    }

    @Override
    public @Nullable String of(Message message) {
        try {
            JsonNode found = path.read(JSON.readTree(message.payload()), JACKSON);
            return found != null && found.isValueNode() && !found.isNull() ? StreamKeys.legal(found.asText()) : null;
        } catch (IOException | RuntimeException e) {
            return null;
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof JsonPathKey that && that.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return StreamKeys.PAYLOAD + text;
    }
}
