package io.magnetar.mqtt.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.magnetar.message.Qos;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Rules in JSON, in the shape that EMQX has made known:
 *
 * <pre>
 *   {"permission": "allow", "action": "publish", "topics": ["fleet/${clientid}/#", "eq a/+"], "qos": [0, 1], "retain": false,
 *    "clientid": "c1", "username_re": "^sensor-", "role": "devices", "ipaddr": ["10.0.0.0/8"]}
 * </pre>
 *
 * What is not understood is refused, for a rule that says less than its author meant is another rule. Thread: any; stateless.
 */
public final class RuleSyntax {
    /** How many rules a client, a user or a credential may have, and all clients of a namespace. */
    public static final int MAX_RULES = 1_000;

    static final Set<Qos> ALL_QOS = Set.of(Qos.values());

    private static final int MAX_TOPICS = 100;
    private static final int MAX_TEXT = 1_024;
    private static final Set<String> KEYS = Set.of(
            "permission",
            "action",
            "topic",
            "topics",
            "qos",
            "retain",
            "clientid",
            "clientid_re",
            "username",
            "username_re",
            "role",
            "role_re",
            "ipaddr");

    private RuleSyntax() {}

    /** Rules that cannot be read; the message says what is wrong and what would be right. */
    public static final class InvalidRuleException extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        InvalidRuleException(String problem) {
            super(problem);
        }
    }

    /** @throws InvalidRuleException when one of them is wrong: all mistakes at once, by the numbers of the rules */
    public static List<Rule> readAll(JsonNode array) {
        if (!array.isArray()) {
            throw new InvalidRuleException("rules are an array of objects in JSON");
        }
        if (array.size() > MAX_RULES) {
            throw new InvalidRuleException("there are " + array.size() + " rules: at most " + MAX_RULES + " may be");
        }
        List<Rule> rules = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            try {
                rules.add(read(array.get(i)));
            } catch (InvalidRuleException e) {
                problems.add("rule " + (i + 1) + ": " + e.getMessage());
            }
        }
        if (!problems.isEmpty()) {
            throw new InvalidRuleException(String.join("; ", problems));
        }
        return rules;
    }

    /** @throws InvalidRuleException when it is wrong */
    public static Rule read(JsonNode node) {
        if (!node.isObject()) {
            throw new InvalidRuleException("a rule is an object in JSON");
        }
        Set<String> unknown = new TreeSet<>();
        node.fieldNames().forEachRemaining(name -> {
            if (!KEYS.contains(name)) {
                unknown.add(name);
            }
        });
        if (!unknown.isEmpty()) {
            throw new InvalidRuleException("it has " + String.join(", ", unknown) + ", and there are "
                    + String.join(", ", new TreeSet<>(KEYS)));
        }
        return new Rule(
                permission(node.path("permission")),
                new Who(
                        match(node, "clientid"),
                        match(node, "username"),
                        match(node, "role"),
                        addresses(node.path("ipaddr"))),
                actions(node.path("action")),
                qos(node.path("qos")),
                retain(node.path("retain")),
                topicsOf(node));
    }

    private static boolean permission(JsonNode node) {
        return switch (node.asText("")) {
            case "allow" -> true;
            case "deny" -> false;
            default ->
                throw new InvalidRuleException("its permission is 'allow' or 'deny', not '" + node.asText() + "'");
        };
    }

    private static Set<Action> actions(JsonNode node) {
        return switch (node.isMissingNode() ? "all" : node.asText("")) {
            case "publish", "pub" -> EnumSet.of(Action.PUBLISH);
            case "subscribe", "sub" -> EnumSet.of(Action.SUBSCRIBE);
            case "all", "pubsub" -> EnumSet.allOf(Action.class);
            default ->
                throw new InvalidRuleException(
                        "its action is 'publish', 'subscribe' or 'all', not '" + node.asText() + "'");
        };
    }

    private static @Nullable TextMatch match(JsonNode rule, String name) {
        JsonNode exact = rule.path(name);
        JsonNode expression = rule.path(name + "_re");
        if (!exact.isMissingNode() && !expression.isMissingNode()) {
            throw new InvalidRuleException("it has " + name + " and " + name + "_re: one of them is enough");
        }
        if (!exact.isMissingNode()) {
            return TextMatch.exact(text(name, exact));
        }
        if (expression.isMissingNode()) {
            return null;
        }
        String written = text(name + "_re", expression);
        try {
            return new TextMatch(written, Pattern.compile(written));
        } catch (PatternSyntaxException e) {
            throw new InvalidRuleException(
                    name + "_re is no regular expression of RE2: " + e.getDescription() + " in '" + written + "'");
        }
    }

    private static String text(String name, JsonNode node) {
        if (!node.isTextual() || node.asText().isEmpty() || node.asText().length() > MAX_TEXT) {
            throw new InvalidRuleException(name + " is a text of 1 to " + MAX_TEXT + " characters");
        }
        return node.asText();
    }

    private static List<AddressRange> addresses(JsonNode node) {
        List<AddressRange> ranges = new ArrayList<>();
        for (JsonNode one : node.isArray() ? node : List.of(node)) {
            if (!one.isMissingNode()) {
                ranges.add(AddressRange.parse(one.asText(""))
                        .orElseThrow(
                                () -> new InvalidRuleException("ipaddr is an address or a range such as 10.0.0.0/8,"
                                        + " not '" + one.asText() + "'")));
            }
        }
        if (node.isArray() && ranges.isEmpty()) {
            throw new InvalidRuleException("ipaddr is an empty list: leave it out for all");
        }
        return ranges;
    }

    private static Set<Qos> qos(JsonNode node) {
        if (node.isMissingNode()) {
            return ALL_QOS;
        }
        Set<Qos> levels = EnumSet.noneOf(Qos.class);
        if (node.isTextual()) {
            for (String one : node.asText().split(",", -1)) {
                levels.add(level(one.strip()));
            }
        } else {
            for (JsonNode one : node.isArray() ? node : List.of(node)) {
                levels.add(level(one.asText("")));
            }
        }
        if (levels.isEmpty()) {
            throw new InvalidRuleException("qos is an empty list: leave it out for all");
        }
        return levels;
    }

    private static Qos level(String written) {
        return switch (written) {
            case "0" -> Qos.AT_MOST_ONCE;
            case "1" -> Qos.AT_LEAST_ONCE;
            case "2" -> Qos.EXACTLY_ONCE;
            default -> throw new InvalidRuleException("qos is 0, 1, 2 or a list of them, not '" + written + "'");
        };
    }

    private static @Nullable Boolean retain(JsonNode node) {
        return switch (node.isMissingNode() ? "all" : node.asText("").toLowerCase(Locale.ROOT)) {
            case "true", "1" -> Boolean.TRUE;
            case "false", "0" -> Boolean.FALSE;
            case "all" -> null;
            default -> throw new InvalidRuleException("retain is true, false or 'all', not '" + node.asText() + "'");
        };
    }

    private static List<TopicPattern> topicsOf(JsonNode rule) {
        JsonNode node = rule.has("topics") ? rule.path("topics") : rule.path("topic");
        if (rule.has("topics") && rule.has("topic")) {
            throw new InvalidRuleException("it has topic and topics: one of them is enough");
        }
        if (node.isMissingNode()) {
            return List.of();
        }
        if (node.isArray() && node.isEmpty()) {
            throw new InvalidRuleException("topics is an empty list: leave it out for all");
        }
        return topics(node);
    }

    /** @param node a topic or an array of them; none for a missing one */
    static List<TopicPattern> topics(JsonNode node) {
        if (node.size() > MAX_TOPICS) {
            throw new InvalidRuleException("a rule has at most " + MAX_TOPICS + " topics");
        }
        List<TopicPattern> patterns = new ArrayList<>();
        for (JsonNode one : node.isArray() ? node : List.of(node)) {
            if (one.isMissingNode()) {
                continue;
            }
            if (!one.isTextual()) {
                throw new InvalidRuleException("a topic is a text, not " + one);
            }
            TopicPattern.problem(one.asText()).ifPresent(problem -> {
                throw new InvalidRuleException(problem);
            });
            patterns.add(TopicPattern.parse(one.asText()));
        }
        return patterns;
    }
}
