package io.magnetar.mqtt.access;

import io.magnetar.mqtt.counters.DecidedBy;
import io.magnetar.mqtt.counters.NamespaceCounts;
import io.magnetar.mqtt.counters.Traffic;
import io.magnetar.mqtt.owner.Owner;
import io.magnetar.tenancy.Namespace;
import io.magnetar.tenancy.NamespaceProperties;
import io.magnetar.tenancy.NamespaceProperty;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Decides what clients may do: the sources are asked in their order, and the first one that has a word decides. What is in memory is
 * decided on at once.
 *
 * <pre>
 *   superuser? -> allowed
 *   source by source: allow, deny -> that; none -> the next one; does not answer -> not allowed, whatever those behind it say
 *   nobody has a word -> mqttAuthorizationDefault, or the namespace's own mqtt.authorization.default
 * </pre>
 *
 * When rules change the version of the namespace rises, which drops what was decided in it, and its clients look whether they still may
 * have their subscriptions, at most every {@value #TELL_MILLIS} ms.
 *
 * <p>Thread: any; never blocks.
 */
public final class AccessControl {
    private static final String DEFAULT_PROPERTY = "mqtt.authorization.default";
    private static final String DENIED_PUBLISH_PROPERTY = "mqtt.authorization.denied-publish";

    /** What an operator may set for a namespace. */
    public static final List<NamespaceProperty> PROPERTIES = List.of(
            new NamespaceProperty(DEFAULT_PROPERTY, "'allow' or 'deny'", List.of("allow", "deny")::contains),
            new NamespaceProperty(
                    DENIED_PUBLISH_PROPERTY, "'error' or 'disconnect'", List.of("error", "disconnect")::contains));

    private static final long TELL_MILLIS = 200;
    private static final Outcome ALLOWED_ALL = new Outcome(Decision.ALLOWED, DecidedBy.SUPERUSER, null, true);

    private final List<AccessSource> sources;
    private final AccessSettings settings;
    private final NamespaceProperties properties;
    private final @Nullable ScheduledExecutorService timer;
    private final Map<Namespace, NamespaceAccess> namespaces = new ConcurrentHashMap<>();

    /** Of a broker where everybody may do everything. */
    public AccessControl() {
        this(List.of(), AccessSettings.OPEN, NamespaceProperties.NONE, null);
    }

    /** @param timer tells clients of changes; null where there never are any */
    public AccessControl(
            List<AccessSource> sources,
            AccessSettings settings,
            NamespaceProperties properties,
            @Nullable ScheduledExecutorService timer) {
        this.sources = List.copyOf(sources);
        this.settings = settings;
        this.properties = properties;
        this.timer = timer;
        properties.onChange(this::changed);
    }

    /** The decisions of a client that connects. */
    public ClientAccess client(
            Subject client, ClientAccess.Place place, Owner owner, Traffic traffic, NamespaceCounts counts) {
        NamespaceAccess shared =
                namespaces.computeIfAbsent(client.publisher().namespace(), key -> new NamespaceAccess());
        return new ClientAccess(this, shared, client, place, owner, traffic, counts);
    }

    /** The rules of a namespace may have changed. */
    public void changed(Namespace namespace) {
        NamespaceAccess shared = namespaces.get(namespace);
        if (shared != null) {
            changed(shared);
        }
    }

    /** Rules of all namespaces may have changed. */
    public void changed() {
        namespaces.values().forEach(this::changed);
    }

    /** Those who are asked may have other answers for a namespace. */
    public void changedElsewhere(Namespace namespace) {
        sources.forEach(source -> source.forget(namespace));
        changed(namespace);
    }

    private void changed(NamespaceAccess shared) {
        shared.changed();
        if (timer != null && shared.willTell()) {
            var unused = timer.schedule(shared::tell, TELL_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** The tenant was deleted. */
    public void close(Namespace namespace) {
        NamespaceAccess removed = namespaces.remove(namespace);
        if (removed != null) {
            changed(removed);
        }
    }

    int rememberedSeconds() {
        return settings.rememberedSeconds();
    }

    boolean allowsByDefault(Namespace namespace) {
        String own = properties.of(namespace).get(DEFAULT_PROPERTY);
        return own == null ? settings.allows() : own.equals("allow");
    }

    boolean disconnects(Namespace namespace) {
        String own = properties.of(namespace).get(DENIED_PUBLISH_PROPERTY);
        return own == null ? settings.disconnects() : own.equals("disconnect");
    }

    /** Decides as far as that can be done without asking anybody. */
    public Outcome look(Subject client, AccessRequest request) {
        return client.superuser() ? ALLOWED_ALL : look(client, request, 0, true);
    }

    private Outcome look(Subject client, AccessRequest request, int first, boolean lasts) {
        for (int i = first; i < sources.size(); i++) {
            AccessSource source = sources.get(i);
            AccessSource.Answer answer = source.look(client, request);
            boolean isKept = lasts && answer.rule() != null;
            switch (answer.verdict()) {
                case ALLOW -> {
                    return new Outcome(Decision.ALLOWED, source.name(), answer.rule(), isKept);
                }
                case DENY -> {
                    return new Outcome(Decision.DENIED, source.name(), answer.rule(), isKept);
                }
                case ASK -> {
                    return new Outcome(Decision.PENDING, source.name(), null, false);
                }
                case NONE -> {}
            }
        }
        boolean allows = allowsByDefault(client.publisher().namespace());
        return new Outcome(allows ? Decision.ALLOWED : Decision.DENIED, DecidedBy.DEFAULT, null, lasts && !asks());
    }

    private boolean asks() {
        return sources.stream().anyMatch(source -> !(source instanceof RuleBook));
    }

    /**
     * Decides, and asks where that is needed.
     *
     * @return completes on any thread, never with {@link Decision#PENDING}, and does not fail
     */
    public CompletableFuture<Outcome> ask(Subject client, AccessRequest request) {
        return client.superuser() ? CompletableFuture.completedFuture(ALLOWED_ALL) : ask(client, request, 0);
    }

    private CompletableFuture<Outcome> ask(Subject client, AccessRequest request, int first) {
        Outcome known = look(client, request, first, first == 0);
        if (known.decision() != Decision.PENDING) {
            return CompletableFuture.completedFuture(known);
        }
        int asked = first;
        while (sources.get(asked).name() != known.by()) {
            asked++;
        }
        int next = asked + 1;
        return sources.get(asked)
                .ask(client, request)
                .handle((verdict, failure) -> failure == null ? verdict : Verdict.ASK)
                .thenCompose(verdict -> switch (verdict) {
                    case ALLOW -> decided(Decision.ALLOWED, known.by());
                    case DENY -> decided(Decision.DENIED, known.by());
                    case NONE -> ask(client, request, next);
                    case ASK -> decided(Decision.UNAVAILABLE, known.by());
                });
    }

    private static CompletableFuture<Outcome> decided(Decision decision, DecidedBy by) {
        return CompletableFuture.completedFuture(new Outcome(decision, by, null, false));
    }

    /** What rules say to how a subscription is written; allowed when they say nothing. */
    Outcome lookAtWritten(Subject client, AccessRequest request) {
        for (AccessSource source : client.superuser() ? List.<AccessSource>of() : sources) {
            Rule rule = source.lookAtWritten(client, request);
            if (rule != null) {
                return new Outcome(rule.allows() ? Decision.ALLOWED : Decision.DENIED, source.name(), rule, true);
            }
        }
        return ALLOWED_ALL;
    }
}
