package io.magnetar.mqtt.namespace;

import io.magnetar.mqtt.codec.PacketException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the names of clients' namespaces are looked for, in this order: the first place that gives one decides.
 *
 * <p>Thread: any; immutable.
 *
 * @param rules the places; none when all clients are in the default namespace
 */
public record NamespaceRules(List<NamespaceRule> rules) {
    public static final NamespaceRules NONE = new NamespaceRules(List.of());

    public NamespaceRules {
        rules = List.copyOf(rules);
    }

    /** A name, and the source that gave it. */
    record Found(String name, NamespaceSource source) {}

    /** Only the authenticator can tell. */
    static final Found UNANSWERED = new Found("", NamespaceSource.AUTHENTICATOR);

    /** Whether what a listener says of the namespace of its clients may be looked at. */
    public boolean useListener() {
        return useListenerAlone() || rules.stream().anyMatch(rule -> rule.source() instanceof CelSource);
    }

    /** Whether there is a place that is nothing but what a listener says. */
    public boolean useListenerAlone() {
        return rules.stream().anyMatch(rule -> rule.source().equals(NamespaceSource.Named.LISTENER));
    }

    /** The name in what the authenticator said, by the first place that is its answer; the whole when there is no such place. */
    @Nullable
    String answer(String named) throws PacketException {
        for (NamespaceRule rule : rules) {
            if (rule.source().equals(NamespaceSource.AUTHENTICATOR)) {
                return rule.name(List.of(named));
            }
        }
        return named;
    }

    /**
     * Looks for a name before the client is authenticated.
     *
     * @return {@link #UNANSWERED} when no place before the authenticator gives one; null when there is none
     */
    @Nullable
    Found findBefore(Newcomer client) throws PacketException {
        for (NamespaceRule rule : rules) {
            if (rule.source().equals(NamespaceSource.AUTHENTICATOR)) {
                return UNANSWERED;
            }
            String name = rule.name(client);
            if (name != null) {
                return new Found(name, rule.source());
            }
        }
        return null;
    }

    /**
     * Looks for a name when the client is authenticated.
     *
     * @param answered the namespace that the authenticator named, or null
     * @return null when there is none
     */
    @Nullable
    Found find(Newcomer client, @Nullable String answered) throws PacketException {
        for (NamespaceRule rule : rules) {
            String name = rule.source().equals(NamespaceSource.AUTHENTICATOR)
                    ? rule.name(answered == null ? List.of() : List.of(answered))
                    : rule.name(client);
            if (name != null) {
                return new Found(name, rule.source());
            }
        }
        return null;
    }
}
