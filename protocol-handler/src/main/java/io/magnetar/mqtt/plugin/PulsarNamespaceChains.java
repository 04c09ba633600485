package io.magnetar.mqtt.plugin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.benmanes.caffeine.cache.AsyncLoadingCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.magnetar.mqtt.auth.NamespaceChains;
import io.magnetar.mqtt.config.AuthenticationReader;
import io.magnetar.tenancy.Namespace;
import io.magnetar.tenancy.NamespaceProperty;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.apache.pulsar.metadata.api.GetResult;
import org.apache.pulsar.metadata.api.MetadataStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The property {@value #PROPERTY} of the Pulsar namespaces {@code mqtt/<tenant>}, which are the operator's. It is asked for before a
 * client is let in, and so for namespaces that are not open too.
 *
 * <p>What is read counts for a second, for up to {@value #MAX_KNOWN} namespaces: a storm of connects reads once.
 *
 * <p>Thread: any.
 */
final class PulsarNamespaceChains implements NamespaceChains {
    static final String PROPERTY = "mqtt.authentication";
    /** What it says is looked at here, with every client; any text is known. */
    static final List<NamespaceProperty> KNOWN =
            List.of(new NamespaceProperty(PROPERTY, "names of sources, separated by commas", value -> true));

    private static final Logger LOG = LoggerFactory.getLogger(PulsarNamespaceChains.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ROOT = "/admin/policies/mqtt/";
    private static final int MAX_KNOWN = 4_096;
    private static final Duration KNOWN_FOR = Duration.ofSeconds(1);

    private final MetadataStore store;
    private final Predicate<String> served;
    private final Set<String> sources;
    private final AsyncLoadingCache<String, Optional<List<String>>> known;

    /**
     * @param served whether a tenant of that name is a namespace here
     * @param sources the names of all sources
     */
    PulsarNamespaceChains(MetadataStore store, Predicate<String> served, Set<String> sources) {
        this.store = store;
        this.served = served;
        this.sources = Set.copyOf(sources);
        this.known = Caffeine.newBuilder()
                .maximumSize(MAX_KNOWN)
                .expireAfterWrite(KNOWN_FOR)
                .buildAsync((tenant, executor) -> read(tenant));
    }

    @Override
    public CompletableFuture<Optional<List<String>>> of(Namespace namespace) {
        return served.test(namespace.name())
                ? known.get(namespace.name())
                : CompletableFuture.completedFuture(Optional.empty());
    }

    private CompletableFuture<Optional<List<String>>> read(String tenant) {
        return store.get(ROOT + tenant).thenApply(found -> found.flatMap(result -> chain(tenant, result)));
    }

    private Optional<List<String>> chain(String tenant, GetResult found) {
        JsonNode written;
        try {
            written = JSON.readTree(found.getValue()).path("properties").path(PROPERTY);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return written.isTextual() ? Optional.of(chain(tenant, written.textValue())) : Optional.empty();
    }

    /** Nobody, when anything is wrong with what is written. */
    private List<String> chain(String tenant, String written) {
        List<String> problems = new ArrayList<>();
        List<String> names = AuthenticationReader.chain(written, ',', problems::add);
        names.stream()
                .filter(name -> !sources.contains(name))
                .forEach(name -> problems.add("there is no source '" + name + "' here, there are " + sources));
        if (problems.isEmpty()) {
            return names;
        }
        LOG.warn("No client is let into the namespace '{}': {}={}: {}", tenant, PROPERTY, written, problems);
        return List.of();
    }
}
