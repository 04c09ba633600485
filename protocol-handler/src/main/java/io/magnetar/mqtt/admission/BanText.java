package io.magnetar.mqtt.admission;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** Bans as a property has them: {@code [{"clientId": "robot-7", "untilMillis": 1800000000000}]}. Stateless. */
public final class BanText {
    /** How many a namespace may have: they are a property, and the metadata store's nodes are small. */
    public static final int MOST = 1_000;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String UNTIL = "untilMillis";

    private BanText() {}

    public static String write(List<Ban> bans) {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        for (Ban ban : bans) {
            ObjectNode written = all.addObject();
            written.put(ban.kind().word(), ban.value());
            if (ban.untilMillis() != Ban.FOR_EVER) {
                written.put(UNTIL, ban.untilMillis());
            }
        }
        return all.toString();
    }

    /** @throws IllegalArgumentException when it is no list of bans, or has too many */
    public static List<Ban> read(String text) {
        List<Ban> bans = new ArrayList<>();
        try {
            JsonNode all = JSON.readTree(text);
            if (!all.isArray() || all.size() > MOST) {
                throw new IllegalArgumentException("this is no list of up to " + MOST + " bans");
            }
            all.forEach(each -> bans.add(ban(each)));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("this is no JSON", e);
        }
        return List.copyOf(bans);
    }

    private static Ban ban(JsonNode written) {
        for (Ban.Kind kind : Ban.Kind.values()) {
            if (written.path(kind.word()).isTextual()) {
                return new Ban(
                        kind,
                        written.path(kind.word()).asText(),
                        written.path(UNTIL).asLong(Ban.FOR_EVER));
            }
        }
        throw new IllegalArgumentException("a ban is of a clientId, a username or an address");
    }
}
