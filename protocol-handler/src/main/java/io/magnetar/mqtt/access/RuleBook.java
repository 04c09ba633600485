package io.magnetar.mqtt.access;

import io.magnetar.mqtt.counters.DecidedBy;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A source of rules that are in memory: the first one that is about a request decides.
 *
 * <p>Thread: any.
 *
 * @param lists the rules that may be about a client, in lists that are looked through in their order
 */
public record RuleBook(DecidedBy name, Function<Subject, List<List<Rule>>> lists) implements AccessSource {
    /** The rules that clients' credentials brought along. */
    public static final RuleBook OF_CREDENTIALS = new RuleBook(DecidedBy.CLIENT, client -> List.of(client.own()));

    @Override
    public Answer look(Subject client, AccessRequest request) {
        for (List<Rule> rules : lists.apply(client)) {
            Rule rule = Rule.first(rules, client, request);
            if (rule != null) {
                return Answer.of(rule);
            }
        }
        return Answer.NONE;
    }

    @Override
    public @Nullable Rule lookAtWritten(Subject client, AccessRequest request) {
        for (List<Rule> rules : lists.apply(client)) {
            Rule rule = Rule.firstWritten(rules, client, request);
            if (rule != null) {
                return rule;
            }
        }
        return null;
    }
}
