package io.magnetar.mqtt.auth;

import io.magnetar.mqtt.counters.Counters;
import io.magnetar.mqtt.listener.Listener;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.tenancy.Namespace;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/**
 * Which chain a client is asked about: its namespace's, when that has one; else its listener's, when that has one; else the broker's.
 *
 * <p>A client whose namespace is not known before its answer is there is asked about without it. It is let into no namespace whose own
 * chain does not name the source that knew it, and as soon as its namespace is known it is asked about once more, wherever that could bring
 * another answer: it has no way in that it would not have had, had it told its namespace first.
 *
 * <p>Thread: any; immutable.
 */
public final class AuthenticationChains implements Authenticator {
    private final Map<String, BoundedSource> sources = new LinkedHashMap<>();
    private final NamespaceChains namespaces;
    private final AuthenticationChain preset;

    /**
     * @param counters of what comes of asking each source
     * @param nanos a time that only rises, in nanoseconds
     * @throws IllegalArgumentException when the preset chain names a source that is not there
     */
    public AuthenticationChains(
            Map<String, AuthenticationSource> sources,
            AuthenticationSettings settings,
            NamespaceChains namespaces,
            Counters counters,
            LongSupplier nanos) {
        sources.forEach((name, source) ->
                this.sources.put(name, new BoundedSource(name, source, settings, counters.source(name), nanos)));
        this.namespaces = namespaces;
        this.preset = chain(settings.chain());
    }

    /** The names of all sources. */
    public Set<String> names() {
        return Set.copyOf(sources.keySet());
    }

    @Override
    public Exchange begin(Claim claim) {
        return data -> of(claim).thenCompose(chain -> chain.verify(claim));
    }

    @Override
    public CompletableFuture<Step> confirm(Claim claim, Success known) {
        AuthenticationChain before = of(claim.peer().listener());
        return of(claim).thenCompose(chain -> {
            String source = known.source();
            if (source == null || !chain.names(source)) {
                return CompletableFuture.completedFuture(new Failure(
                        ReasonCode.NOT_AUTHORIZED, "the namespace does not let in who is known in that way only"));
            }
            return chain.repeats(before, source) ? CompletableFuture.completedFuture(known) : chain.verify(claim);
        });
    }

    /** Whether a source is asked about a client. A failed future means that nobody knows. */
    public CompletableFuture<Boolean> isAsked(String source, Claim claim) {
        return of(claim).thenApply(chain -> chain.names(source));
    }

    private CompletableFuture<AuthenticationChain> of(Claim claim) {
        Namespace namespace = claim.namespace();
        AuthenticationChain otherwise = of(claim.peer().listener());
        return namespace == null
                ? CompletableFuture.completedFuture(otherwise)
                : namespaces.of(namespace).thenApply(own -> own.map(this::chain).orElse(otherwise));
    }

    private AuthenticationChain of(Listener listener) {
        return listener.authentication() == null ? preset : chain(listener.authentication());
    }

    private AuthenticationChain chain(List<String> names) {
        List<BoundedSource> chain = new ArrayList<>(names.size());
        for (String name : names) {
            BoundedSource source = sources.get(name);
            if (source == null) {
                throw new IllegalArgumentException(
                        "there is no source '" + name + "' here, there are " + sources.keySet());
            }
            chain.add(source);
        }
        return new AuthenticationChain(chain);
    }
}
