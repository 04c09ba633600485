package io.magnetar.sink.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A way into a JSON payload: {@code .name}, {@code ["any name"]} and {@code [index]}, one after the other.
 *
 * <p>Thread: immutable.
 */
public final class PayloadPath {
    private static final Pattern STEP =
            Pattern.compile("\\.([^.\\[\\]\"]+)|\\[(-?\\d{1,9})]|\\[\"((?:[^\"\\\\]|\\\\.)*)\"]");

    private final List<Step> steps;

    private PayloadPath(List<Step> steps) {
        this.steps = List.copyOf(steps);
    }

    /** One step down. */
    private sealed interface Step {
        JsonNode from(JsonNode node);
    }

    private record Name(String name) implements Step {
        @Override
        public JsonNode from(JsonNode node) {
            return node.path(name);
        }
    }

    /** From the end when negative. */
    private record Index(int index) implements Step {
        @Override
        public JsonNode from(JsonNode node) {
            return node.isArray() ? node.path(index < 0 ? node.size() + index : index) : MissingNode.getInstance();
        }
    }

    /**
     * @param text such as {@code .a[0].b}
     * @throws IllegalArgumentException when it is no path
     */
    public static PayloadPath parse(String text) {
        List<Step> steps = new ArrayList<>();
        Matcher step = STEP.matcher(text);
        int at = 0;
        while (at < text.length()) {
            if (!step.find(at) || step.start() != at) {
                throw new IllegalArgumentException("${payload" + text
                        + "} is no path into a payload; write ${payload.a[0].b} or ${payload[\"a.b\"]}");
            }
            at = step.end();
            if (step.group(1) != null) {
                steps.add(new Name(step.group(1)));
            } else if (step.group(2) != null) {
                steps.add(new Index(Integer.parseInt(step.group(2))));
            } else {
                steps.add(new Name(step.group(3).replaceAll("\\\\(.)", "$1")));
            }
        }
        return new PayloadPath(steps);
    }

    /** The value at the end of the way; a missing node when the way does not lead to one, or to null. */
    public JsonNode of(JsonNode payload) {
        JsonNode node = payload;
        for (Step step : steps) {
            node = step.from(node);
        }
        return node.isNull() ? MissingNode.getInstance() : node;
    }
}
