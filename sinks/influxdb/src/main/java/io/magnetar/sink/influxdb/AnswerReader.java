package io.magnetar.sink.influxdb;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.magnetar.sink.influxdb.WriteAnswer.Refused;
import io.magnetar.sink.influxdb.WriteAnswer.TooLarge;
import io.magnetar.sink.influxdb.WriteAnswer.Unavailable;
import io.magnetar.sink.influxdb.WriteAnswer.Written;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a response to a write means. A bad line is told from a server that has none of it: only the first may cost a
 * message.
 *
 * <p>Thread: any, it has no state.
 */
final class AnswerReader {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MESSAGE_LENGTH = 500;
    private static final long LONGEST_WAIT_SECONDS = 300;

    private AnswerReader() {}

    static WriteAnswer read(int status, List<String> retryAfter, String body, int lines) {
        if (status >= 200 && status < 300) {
            return new Written();
        }
        String message = "the server answers " + status + ": " + message(body);
        return switch (status) {
            case 400, 422 -> refused(body, message, lines);
            case 413 -> new TooLarge(message);
            case 401, 403 ->
                new Unavailable(message + " (look at the token, or user and password)", true, Duration.ZERO);
            case 404 ->
                new Unavailable(message + " (look at the database or bucket, and the preset)", true, Duration.ZERO);
            default -> new Unavailable(message, status < 500 && status != 408 && status != 429, wait(retryAfter));
        };
    }

    /**
     * InfluxDB 3 lists the bad lines and has written the others; QuestDB names one and has written none; InfluxDB 1 and 2
     * say that something was wrong.
     */
    private static WriteAnswer refused(String body, String message, int lines) {
        Map<Integer, String> byLine = new TreeMap<>();
        boolean partial = false;
        JsonNode answer = json(body);
        if (answer.path("data").isArray() || answer.path("data").isObject()) {
            partial = text(answer.path("error")).toLowerCase(Locale.ROOT).startsWith("partial write");
            Iterable<JsonNode> faults =
                    answer.path("data").isArray() ? answer.path("data") : List.of(answer.path("data"));
            for (JsonNode fault : faults) {
                byLine.put(fault.path("line_number").asInt(0) - 1, cut(text(fault.path("error_message"))));
            }
        } else if (answer.path("line").isInt()) {
            byLine.put(answer.path("line").asInt() - 1, message);
        }
        boolean understood = byLine.keySet().stream().allMatch(i -> i >= 0 && i < lines);
        return understood
                ? new Refused(byLine, partial && !byLine.isEmpty(), message)
                : new Refused(Map.of(), false, message);
    }

    private static Duration wait(List<String> retryAfter) {
        try {
            return retryAfter.isEmpty()
                    ? Duration.ZERO
                    : Duration.ofSeconds(Math.max(
                            0, Math.min(Long.parseLong(retryAfter.get(0).trim()), LONGEST_WAIT_SECONDS)));
        } catch (NumberFormatException dateOrNonsense) {
            return Duration.ZERO;
        }
    }

    private static String message(String body) {
        JsonNode answer = json(body);
        for (String name : List.of("message", "error")) {
            if (answer.path(name).isTextual()) {
                return cut(text(answer.path(name)));
            }
        }
        return body.isBlank() ? "(without a reason)" : cut(body.strip());
    }

    private static JsonNode json(String body) {
        try {
            JsonNode node = JSON.readTree(body);
            return node == null ? JSON.missingNode() : node;
        } catch (JsonProcessingException text) {
            return JSON.missingNode();
        }
    }

    private static String text(JsonNode node) {
        return node.asText("");
    }

    /** One line of bounded length, as it goes into logs and into a dead letter's property. */
    private static String cut(String text) {
        String line = text.replaceAll("\\p{Cntrl}+", " ");
        return line.length() > MESSAGE_LENGTH ? line.substring(0, MESSAGE_LENGTH) + "..." : line;
    }
}
