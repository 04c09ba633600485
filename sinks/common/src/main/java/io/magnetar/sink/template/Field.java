package io.magnetar.sink.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.magnetar.sink.delivery.BadRecord;
import io.magnetar.sink.message.StreamMessage;
import java.util.Optional;

/**
 * A template with what happens to a message that has no value for it.
 *
 * <p>Thread: immutable.
 *
 * @param name of the field, for the reason of a failure
 */
public record Field(String name, Template template, Missing missing) {
    /** What happens without a value. */
    public sealed interface Missing {}

    /** The field is left out. */
    public record Skip() implements Missing {}

    /** The field has this value. */
    public record Default(String value) implements Missing {}

    /** The message is a bad record. */
    public record Fail() implements Missing {}

    /**
     * @param missing {@code skip}, {@code fail} or {@code default:VALUE}
     * @throws IllegalArgumentException when it is something else
     */
    public static Missing parseMissing(String missing) {
        if (missing.startsWith("default:")) {
            return new Default(missing.substring("default:".length()));
        }
        return switch (missing) {
            case "skip" -> new Skip();
            case "fail" -> new Fail();
            default -> throw new IllegalArgumentException("it must be skip, fail or default:VALUE");
        };
    }

    /**
     * The value for a message, empty when the field is to be left out.
     *
     * @throws BadRecord when the field has no value and needs one
     */
    public Optional<JsonNode> value(StreamMessage message) throws BadRecord {
        JsonNode value = template.value(message);
        if (!value.isMissingNode()) {
            return Optional.of(value);
        }
        if (missing instanceof Default preset) {
            return Optional.of(TextNode.valueOf(preset.value()));
        }
        if (missing instanceof Fail) {
            throw new BadRecord(name + ": the message has no value for " + template);
        }
        return Optional.empty();
    }

    /** As {@link #value}, as text. */
    public Optional<String> text(StreamMessage message) throws BadRecord {
        return value(message).map(Template::asText);
    }
}
