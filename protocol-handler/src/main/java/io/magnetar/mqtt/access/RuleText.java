package io.magnetar.mqtt.access;

import io.magnetar.message.Qos;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Rules as {@link RuleSyntax} reads them, as maps for JSON. Stateless. */
public final class RuleText {
    private RuleText() {}

    public static Map<String, Object> of(Rule rule) {
        Map<String, Object> text = new LinkedHashMap<>();
        text.put("permission", rule.allows() ? "allow" : "deny");
        text.put("action", action(rule));
        match(text, "clientid", rule.who().clientId());
        match(text, "username", rule.who().username());
        match(text, "role", rule.who().role());
        if (!rule.who().addresses().isEmpty()) {
            text.put(
                    "ipaddr",
                    rule.who().addresses().stream().map(AddressRange::toString).toList());
        }
        if (!rule.topics().isEmpty()) {
            text.put(
                    "topics", rule.topics().stream().map(TopicPattern::toString).toList());
        }
        if (rule.qos().size() < Qos.values().length) {
            text.put("qos", rule.qos().stream().map(Qos::ordinal).sorted().toList());
        }
        Boolean retain = rule.retain();
        if (retain != null) {
            text.put("retain", retain);
        }
        return text;
    }

    public static List<Map<String, Object>> of(List<Rule> rules) {
        return rules.stream().map(RuleText::of).collect(Collectors.toList());
    }

    private static String action(Rule rule) {
        if (rule.actions().size() > 1) {
            return "all";
        }
        return rule.actions().contains(Action.PUBLISH) ? "publish" : "subscribe";
    }

    private static void match(Map<String, Object> text, String name, @Nullable TextMatch match) {
        if (match != null) {
            text.put(match.pattern() == null ? name : name + "_re", match.text());
        }
    }
}
