package io.magnetar.stream.definition;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.magnetar.tenancy.Namespace;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.pulsar.metadata.api.GetResult;
import org.apache.pulsar.metadata.api.MetadataStore;
import org.apache.pulsar.metadata.api.MetadataStoreException.BadVersionException;
import org.apache.pulsar.metadata.api.MetadataStoreException.NotFoundException;

/**
 * Finds the definitions where the brokers of a Pulsar instance keep their partitioned topics: in the configuration metadata
 * store, whose notifications tell of changes that any broker makes. It reads the store itself, past Pulsar's caches, which may
 * lag behind a notification.
 *
 * <p>Thread: any.
 */
public final class MetadataStoreDefinitions implements DefinitionSource {
    private static final String ROOT = "/admin/partitioned-topics";
    private static final Pattern STREAM_PATH = Pattern.compile(ROOT + "/([^/]+)/streams(/.*)?");
    /** Pulsar keeps its own topics, such as a namespace's topic policies, under names that begin so. */
    private static final String PULSARS_OWN = "__";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final MetadataStore store;
    private final Predicate<String> tenants;

    /**
     * @param store the configuration metadata store
     * @param isNamespace whether a tenant of that name is a namespace
     */
    public MetadataStoreDefinitions(MetadataStore store, Predicate<String> isNamespace) {
        this.store = store;
        this.tenants = isNamespace.and(Namespace::isLegal);
    }

    @Override
    public CompletableFuture<Set<Namespace>> namespaces() {
        return store.getChildrenFromStore(ROOT)
                .thenApply(names ->
                        names.stream().filter(tenants).map(Namespace::new).collect(Collectors.toUnmodifiableSet()));
    }

    @Override
    public CompletableFuture<List<StreamTopic>> topics(Namespace namespace) {
        return topics(namespace, true).thenCombine(topics(namespace, false), (persistent, nonPersistent) -> {
            List<StreamTopic> all = new ArrayList<>(persistent);
            all.addAll(nonPersistent);
            return all;
        });
    }

    private static String parent(Namespace namespace, boolean persistent) {
        return ROOT + "/" + namespace.name() + "/streams/" + (persistent ? "persistent" : "non-persistent");
    }

    private CompletableFuture<List<StreamTopic>> topics(Namespace namespace, boolean persistent) {
        String parent = parent(namespace, persistent);
        return store.getChildrenFromStore(parent).thenCompose(names -> {
            CompletableFuture<List<StreamTopic>> topics = CompletableFuture.completedFuture(new ArrayList<>());
            for (String encoded : names) {
                String name = URLDecoder.decode(encoded, UTF_8);
                if (!name.startsWith(PULSARS_OWN)) {
                    topics = topics.thenCombine(store.get(parent + "/" + encoded), (found, node) -> {
                        node.flatMap(result -> topic(namespace, name, persistent, result))
                                .ifPresent(found::add);
                        return found;
                    });
                }
            }
            return topics;
        });
    }

    /** A topic as its node says; nothing while Pulsar is deleting it. A node that cannot be read has no partitions. */
    private static Optional<StreamTopic> topic(Namespace namespace, String name, boolean persistent, GetResult node) {
        JsonNode json = json(node.getValue());
        if (json.path("deleted").asBoolean(false)) {
            return Optional.empty();
        }
        Map<String, String> properties = new HashMap<>();
        json.path("properties")
                .fields()
                .forEachRemaining(
                        field -> properties.put(field.getKey(), field.getValue().asText()));
        return Optional.of(new StreamTopic(
                namespace,
                name,
                persistent,
                json.path("partitions").asInt(0),
                properties,
                node.getStat().getCreationTimestamp(),
                node.getStat().getVersion()));
    }

    @Override
    public CompletableFuture<Void> pin(StreamTopic topic, int partitions) {
        String path = parent(topic.namespace(), topic.persistent()) + "/" + URLEncoder.encode(topic.name(), UTF_8);
        return store.get(path).thenCompose(node -> {
            boolean unchanged = node.isPresent() && node.get().getStat().getVersion() == topic.version();
            if (!unchanged || !(json(node.get().getValue()) instanceof ObjectNode json)) {
                return CompletableFuture.completedFuture(null);
            }
            json.withObject("/properties").put(StreamDefinitionParser.PARTITIONS, Integer.toString(partitions));
            return store.put(path, json.toString().getBytes(UTF_8), Optional.of(topic.version()))
                    .<Void>thenApply(written -> null)
                    .exceptionallyCompose(MetadataStoreDefinitions::unlessChanged);
        });
    }

    private static CompletableFuture<Void> unlessChanged(Throwable thrown) {
        Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
        return cause instanceof BadVersionException || cause instanceof NotFoundException
                ? CompletableFuture.completedFuture(null)
                : CompletableFuture.failedFuture(thrown);
    }

    private static JsonNode json(byte[] bytes) {
        try {
            return JSON.readTree(bytes);
        } catch (IOException e) {
            return JSON.createObjectNode();
        }
    }

    @Override
    public void onChange(Consumer<Namespace> listener) {
        store.registerListener(notification -> {
            var path = STREAM_PATH.matcher(notification.getPath());
            if (path.matches() && tenants.test(path.group(1))) {
                listener.accept(new Namespace(path.group(1)));
            }
        });
    }
}
