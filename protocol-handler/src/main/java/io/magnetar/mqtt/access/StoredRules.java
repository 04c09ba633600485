package io.magnetar.mqtt.access;

import io.magnetar.tenancy.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The built-in rules of all namespaces, in memory. A client's are those of its client identifier, behind them those of its user name, of
 * its role, and of all clients of the namespace. Of those of a user name that nobody has proved, only those that deny are its.
 *
 * <p>Thread: any may read; the one that follows their log writes.
 */
public final class StoredRules {
    private final Map<Namespace, Map<RuleOwner, List<Rule>>> rules = new ConcurrentHashMap<>();
    private final AtomicInteger size = new AtomicInteger();

    /** Puts the rules of an owner in the place of those that it had; none takes them away. */
    public void put(Namespace namespace, RuleOwner owner, List<Rule> list) {
        rules.compute(namespace, (key, known) -> {
            Map<RuleOwner, List<Rule>> owners = known == null ? new ConcurrentHashMap<>() : known;
            List<Rule> before = list.isEmpty() ? owners.remove(owner) : owners.put(owner, List.copyOf(list));
            size.addAndGet(list.size() - (before == null ? 0 : before.size()));
            return owners.isEmpty() ? null : owners;
        });
    }

    /** What a client's rules are, as lists in their order. */
    public List<List<Rule>> of(Subject client) {
        Map<RuleOwner, List<Rule>> owners = rules.get(client.publisher().namespace());
        if (owners == null) {
            return List.of();
        }
        List<List<Rule>> lists = new ArrayList<>(RuleOwner.Kind.values().length);
        add(lists, owners, RuleOwner.Kind.CLIENT, client.clientId());
        List<List<Rule>> ofUser = new ArrayList<>(1);
        add(ofUser, owners, RuleOwner.Kind.USER, client.username(false));
        ofUser.forEach(list -> lists.add(
                client.named()
                        ? list
                        : list.stream().filter(rule -> !rule.allows()).toList()));
        add(lists, owners, RuleOwner.Kind.ROLE, client.role());
        add(lists, owners, RuleOwner.Kind.ALL, "");
        return lists;
    }

    private static void add(
            List<List<Rule>> lists, Map<RuleOwner, List<Rule>> owners, RuleOwner.Kind kind, @Nullable String name) {
        List<Rule> list = name == null ? null : owners.get(new RuleOwner(kind, name));
        if (list != null) {
            lists.add(list);
        }
    }

    public List<Rule> of(Namespace namespace, RuleOwner owner) {
        return rules.getOrDefault(namespace, Map.of()).getOrDefault(owner, List.of());
    }

    /** All who have rules in a namespace. */
    public Map<RuleOwner, List<Rule>> of(Namespace namespace) {
        return Map.copyOf(rules.getOrDefault(namespace, Map.of()));
    }

    /** The namespaces that have rules. */
    public Set<Namespace> namespaces() {
        return Set.copyOf(rules.keySet());
    }

    /** How many rules there are in all namespaces. */
    public int size() {
        return size.get();
    }
}
