package io.magnetar.tenancy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.apache.pulsar.client.admin.PulsarAdmin;
import org.apache.pulsar.metadata.api.GetResult;
import org.apache.pulsar.metadata.api.MetadataStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The namespaces that are being deleted: properties {@code mqtt.deleting.<tenant>} of the Pulsar namespace {@code mqtt/system}, which
 * outlive all that is deleted and are the operator's. All brokers see them: by the word of the metadata store, whenever one opens a
 * namespace, and by {@link #look} in case a word was lost.
 *
 * <p>Thread: any; never blocks.
 */
public final class DeletionMarks {
    private static final Logger LOG = LoggerFactory.getLogger(DeletionMarks.class);
    private static final String PULSAR_NAMESPACE = TenantProvisioner.OWN_TENANT + "/system";
    private static final String PATH = "/admin/policies/" + PULSAR_NAMESPACE;
    private static final String PREFIX = "mqtt.deleting.";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final MetadataStore store;
    private final PulsarAdmin admin;
    private final List<Consumer<Namespace>> listeners = new CopyOnWriteArrayList<>();
    private volatile Map<Namespace, Mark> known = Map.of();
    /** Of what is known: answers may overtake each other. */
    private long version = -1;

    /** @param store the configuration metadata store */
    public DeletionMarks(MetadataStore store, PulsarAdmin admin) {
        this.store = store;
        this.admin = admin;
        store.registerListener(notification -> {
            if (notification.getPath().equals(PATH)) {
                look();
            }
        });
    }

    /**
     * A deletion.
     *
     * @param broker the name of the one that does it
     * @param withTenant the tenant is deleted as well
     * @param sinceMillis when it was asked for, epoch milliseconds
     */
    public record Mark(String broker, boolean withTenant, long sinceMillis) {
        private String text() {
            try {
                return JSON.writeValueAsString(
                        Map.of("broker", broker, "withTenant", withTenant, "sinceMillis", sinceMillis));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("a map of texts and numbers is JSON", e);
            }
        }

        /** One that cannot be read is a mark all the same. */
        private static Mark parse(String text) {
            try {
                JsonNode json = JSON.readTree(text);
                return new Mark(
                        json.path("broker").asText(),
                        json.path("withTenant").asBoolean(),
                        json.path("sinceMillis").asLong());
            } catch (JsonProcessingException e) {
                return new Mark("", false, 0);
            }
        }
    }

    /** Has a listener told of every namespace that has got a mark, on any thread. */
    public void onMarked(Consumer<Namespace> listener) {
        listeners.add(listener);
    }

    /** The mark of a namespace, as far as is known here. */
    public Optional<Mark> of(Namespace namespace) {
        return Optional.ofNullable(known.get(namespace));
    }

    /** All that are known here. */
    public Map<Namespace, Mark> known() {
        return known;
    }

    /** All that there are now; fails when that cannot be found out. */
    public CompletableFuture<Map<Namespace, Mark>> read() {
        return store.get(PATH).thenApply(this::take);
    }

    /** Looks what there are now, and tells the listeners; to be called now and then. */
    public void look() {
        var unused = read().exceptionally(failure -> {
            LOG.warn("The namespaces that are being deleted cannot be read now: {}", failure.toString());
            return Map.of();
        });
    }

    private Map<Namespace, Mark> take(Optional<GetResult> found) {
        Map<Namespace, Mark> marks = new HashMap<>();
        found.map(DeletionMarks::properties)
                .ifPresent(properties -> properties.fields().forEachRemaining(property -> {
                    String name = property.getKey();
                    if (name.startsWith(PREFIX) && Namespace.isLegal(name.substring(PREFIX.length()))) {
                        marks.put(
                                new Namespace(name.substring(PREFIX.length())),
                                Mark.parse(property.getValue().asText()));
                    }
                }));
        keep(marks, found.map(node -> node.getStat().getVersion()).orElse(0L))
                .forEach(namespace -> listeners.forEach(listener -> listener.accept(namespace)));
        return marks;
    }

    /** @return those that are new */
    private synchronized List<Namespace> keep(Map<Namespace, Mark> marks, long ofVersion) {
        if (ofVersion < version) {
            return List.of();
        }
        List<Namespace> added = marks.keySet().stream()
                .filter(namespace -> !known.containsKey(namespace))
                .toList();
        version = ofVersion;
        known = Map.copyOf(marks);
        return added;
    }

    private static JsonNode properties(GetResult node) {
        try {
            return JSON.readTree(node.getValue()).path("properties");
        } catch (IOException e) {
            throw new IllegalStateException("the policies of " + PULSAR_NAMESPACE + " cannot be read", e);
        }
    }

    /** Marks a namespace, or changes its mark. Completes when brokers that look see it. */
    public CompletableFuture<Void> mark(Namespace namespace, Mark mark) {
        return admin.namespaces()
                .setPropertiesAsync(PULSAR_NAMESPACE, Map.of(PREFIX + namespace.name(), mark.text()))
                .thenCompose(marked -> read())
                .thenAccept(marks -> {});
    }

    /** Takes a mark away: the name may be used again. */
    public CompletableFuture<Void> unmark(Namespace namespace) {
        return admin.namespaces()
                .removePropertyAsync(PULSAR_NAMESPACE, PREFIX + namespace.name())
                .thenCompose(removed -> read())
                .thenAccept(marks -> {});
    }
}
