package io.magnetar.mqtt.access;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rules that a credential brings along, in either of two shapes: a list of rules, behind which other sources are asked; or
 * {@code {"pub": [...], "sub": [...], "all": [...]}}, all that the client may. A credential whose rules cannot be read allows nothing.
 *
 * <p>Thread: any; stateless.
 */
public final class CredentialRules {
    private static final Logger LOG = LoggerFactory.getLogger(CredentialRules.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> KEYS = Set.of("pub", "sub", "all");

    private CredentialRules() {}

    /** @param json what came with the credential, or null */
    public static List<Rule> read(@Nullable String json) {
        if (json == null || json.isBlank()) {
            return List.of();
        }
        try {
            JsonNode node = JSON.readTree(json);
            return node.isObject() ? allThatItMay(node) : RuleSyntax.readAll(node);
        } catch (JsonProcessingException | RuleSyntax.InvalidRuleException e) {
            LOG.debug("The rules of a credential cannot be read, its client may do nothing", e);
            return List.of(Rule.DENY_ALL);
        }
    }

    private static List<Rule> allThatItMay(JsonNode node) {
        node.fieldNames().forEachRemaining(name -> {
            if (!KEYS.contains(name)) {
                throw new RuleSyntax.InvalidRuleException("there are pub, sub and all, not '" + name + "'");
            }
        });
        List<Rule> rules = new ArrayList<>();
        allow(rules, EnumSet.of(Action.PUBLISH), node.path("pub"));
        allow(rules, EnumSet.of(Action.SUBSCRIBE), node.path("sub"));
        allow(rules, EnumSet.allOf(Action.class), node.path("all"));
        rules.add(Rule.DENY_ALL);
        return rules;
    }

    private static void allow(List<Rule> rules, Set<Action> actions, JsonNode topics) {
        List<TopicPattern> patterns = RuleSyntax.topics(topics);
        if (!patterns.isEmpty()) {
            rules.add(new Rule(true, Who.ALL, actions, RuleSyntax.ALL_QOS, null, patterns));
        }
    }
}
