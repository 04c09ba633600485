package io.magnetar.stream.layout;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.magnetar.message.UserProperty;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The two forms of user properties. Pulsar's properties have no order, and a name only once: user properties with names that
 * rise from one to the next are the Pulsar properties of these names. Any others are kept whole, in their order, in
 * {@value PropertyNames#USER_PROPERTIES}, and those with a name of their own are Pulsar properties as well, for who looks for
 * them there. Stateless.
 */
final class UserPropertyForms {
    private static final ObjectMapper JSON = new ObjectMapper();

    private UserPropertyForms() {}

    /** Whether Pulsar properties alone give the same user properties again. */
    static boolean arePlain(List<UserProperty> properties) {
        String before = "";
        for (UserProperty property : properties) {
            if (!isPlain(property) || property.name().compareTo(before) <= 0) {
                return false;
            }
            before = property.name();
        }
        return true;
    }

    /** Those that can be Pulsar properties of their names: each name occurs once. */
    static List<UserProperty> unique(List<UserProperty> properties) {
        Set<String> names = new HashSet<>();
        Set<String> repeated = new HashSet<>();
        properties.stream()
                .map(UserProperty::name)
                .filter(name -> !names.add(name))
                .forEach(repeated::add);
        return properties.stream()
                .filter(property -> isPlain(property) && !repeated.contains(property.name()))
                .toList();
    }

    private static boolean isPlain(UserProperty property) {
        return !property.name().isEmpty() && !property.name().startsWith(PropertyNames.PREFIX);
    }

    static String toJson(List<UserProperty> properties) {
        ArrayNode pairs = JSON.createArrayNode();
        properties.forEach(property -> pairs.addArray().add(property.name()).add(property.value()));
        return pairs.toString();
    }

    /** The properties of {@link #toJson}; nothing when the text is something else. */
    static Optional<List<UserProperty>> fromJson(String text) {
        try {
            JsonNode pairs = JSON.readTree(text);
            List<UserProperty> properties = new ArrayList<>(pairs.size());
            for (JsonNode pair : pairs) {
                if (pair.size() != 2
                        || !pair.path(0).isTextual()
                        || !pair.path(1).isTextual()) {
                    return Optional.empty();
                }
                properties.add(
                        new UserProperty(pair.path(0).asText(), pair.path(1).asText()));
            }
            return pairs.isArray() ? Optional.of(properties) : Optional.empty();
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    /** The Pulsar properties that are not Magnetar's, by rising names. */
    static List<UserProperty> fromPulsar(Map<String, String> properties) {
        Map<String, String> rising = new TreeMap<>();
        properties.forEach((name, value) -> {
            if (!name.startsWith(PropertyNames.PREFIX)) {
                rising.put(name, value);
            }
        });
        if (rising.isEmpty()) {
            return List.of();
        }
        List<UserProperty> all = new ArrayList<>(rising.size());
        rising.forEach((name, value) -> all.add(new UserProperty(name, value)));
        return all;
    }
}
