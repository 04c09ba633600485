package io.magnetar.sink.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.magnetar.sink.message.StreamMessage;
import io.magnetar.sink.setting.ValueType;
import io.magnetar.sink.setting.ValueTypes;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A text with placeholders: <code>sensors/${topic[1]}/${payload.room:-hall}</code>. What follows {@code :-} holds where a
 * message has no such value; <code>$${</code> is a plain <code>${</code>.
 *
 * <p>Thread: immutable.
 */
public final class Template {
    /** How settings are written that are templates. */
    public static final ValueType<Template> TYPE = ValueTypes.ofText("template", Template::parse, Template::toString);

    private static final String OPEN = "${";
    private static final String PRESET = ":-";
    private static final int MAX_PLAIN_NUMBER = 40;

    private final String text;
    private final List<Part> parts;

    private Template(String text, List<Part> parts) {
        this.text = text;
        this.parts = List.copyOf(parts);
    }

    private sealed interface Part {}

    private record Literal(String text) implements Part {}

    private record Filled(
            String name, Placeholder placeholder, @Nullable String preset) implements Part {
        JsonNode of(StreamMessage message) {
            JsonNode value = placeholder.of(message);
            return value.isMissingNode() && preset != null ? TextNode.valueOf(preset) : value;
        }

        @Override
        public String toString() {
            return OPEN + name + (preset == null ? "" : PRESET + preset) + "}";
        }
    }

    /**
     * @throws IllegalArgumentException with what is wrong in it
     */
    public static Template parse(String text) {
        List<Part> parts = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            if (text.startsWith("$" + OPEN, at)) {
                literal.append(OPEN);
                at += OPEN.length() + 1;
            } else if (text.startsWith(OPEN, at)) {
                int end = end(text, at + OPEN.length());
                if (!literal.isEmpty()) {
                    parts.add(new Literal(literal.toString()));
                    literal.setLength(0);
                }
                parts.add(filled(text.substring(at + OPEN.length(), end).strip()));
                at = end + 1;
            } else {
                literal.append(text.charAt(at++));
            }
        }
        if (!literal.isEmpty()) {
            parts.add(new Literal(literal.toString()));
        }
        return new Template(text, parts);
    }

    /** The brace that closes a placeholder: not one between quotes. */
    private static int end(String text, int from) {
        boolean quoted = false;
        for (int at = from; at < text.length(); at++) {
            char next = text.charAt(at);
            if (quoted && next == '\\') {
                at++;
            } else if (next == '"') {
                quoted = !quoted;
            } else if (next == '}' && !quoted) {
                return at;
            }
        }
        throw new IllegalArgumentException("a placeholder in '" + text + "' has no closing }");
    }

    private static Filled filled(String inside) {
        int preset = inside.indexOf(PRESET);
        return preset < 0
                ? new Filled(inside, Placeholder.parse(inside), null)
                : filled(inside.substring(0, preset).strip(), inside.substring(preset + PRESET.length()));
    }

    private static Filled filled(String name, String preset) {
        return new Filled(name, Placeholder.parse(name), preset);
    }

    /** The names of its placeholders. */
    public Set<String> placeholders() {
        return parts.stream()
                .filter(Filled.class::isInstance)
                .map(part -> ((Filled) part).name())
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * What stands between the slashes of its own text, as it was written: <code>a</code>, <code>${b}c</code> of
     * <code>a/${b}c</code>. Slashes in values and in what holds instead of them divide nothing.
     */
    public List<String> segments() {
        List<String> segments = new ArrayList<>(List.of(""));
        for (Part part : parts) {
            String[] pieces = part instanceof Literal literal
                    ? literal.text().replace(OPEN, "$" + OPEN).split("/", -1)
                    : new String[] {part.toString()};
            int last = segments.size() - 1;
            segments.set(last, segments.get(last) + pieces[0]);
            segments.addAll(Arrays.asList(pieces).subList(1, pieces.length));
        }
        return segments;
    }

    /** Whether all messages give the same text. */
    public boolean isConstant() {
        return parts.stream().allMatch(part -> part instanceof Literal);
    }

    /** The text for a message; empty when a placeholder without a default has no value. */
    public Optional<String> render(StreamMessage message) {
        return render(message, UnaryOperator.identity());
    }

    /**
     * As {@link #render(StreamMessage)}.
     *
     * @param escape what becomes of each value on its way into the text; the template's own text stays as it is
     */
    public Optional<String> render(StreamMessage message, UnaryOperator<String> escape) {
        if (parts.size() == 1 && parts.get(0) instanceof Literal literal) {
            return Optional.of(literal.text());
        }
        StringBuilder rendered = new StringBuilder();
        for (Part part : parts) {
            if (part instanceof Literal literal) {
                rendered.append(literal.text());
            } else if (part instanceof Filled filled) {
                JsonNode value = filled.of(message);
                if (value.isMissingNode()) {
                    return Optional.empty();
                }
                rendered.append(escape.apply(asText(value)));
            }
        }
        return Optional.of(rendered.toString());
    }

    /**
     * The value for a message with its type where the template is one placeholder and nothing else (a number of the payload
     * stays a number), a text otherwise; a missing node when there is none.
     */
    public JsonNode value(StreamMessage message) {
        if (parts.size() == 1 && parts.get(0) instanceof Filled filled) {
            return filled.of(message);
        }
        return render(message).<JsonNode>map(TextNode::valueOf).orElse(MissingNode.getInstance());
    }

    /** Numbers as they are written without an exponent where that is short, objects and lists as JSON. */
    static String asText(JsonNode value) {
        if (value.isBigDecimal()) {
            BigDecimal number = value.decimalValue();
            // Looked at before it is written out: an exponent of ten characters may stand for gigabytes of zeros.
            boolean isShort = Math.abs((long) number.scale()) + number.precision() <= MAX_PLAIN_NUMBER;
            return isShort ? number.toPlainString() : number.toString();
        }
        return value.isValueNode() ? value.asText() : value.toString();
    }

    /** As it was written. */
    @Override
    public String toString() {
        return text;
    }
}
