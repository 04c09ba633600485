package io.magnetar.mqtt.admin;

import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.definition.StreamTopic;
import io.magnetar.tenancy.Namespace;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;

/**
 * The partitioned topics that define streams, and the policies in force for them. What cannot be done fails with a {@link
 * RefusedRequest}. Thread: any; never blocks.
 */
public interface StreamTopics {
    /** Whether the broker serves streams of the namespace. */
    boolean serves(Namespace namespace);

    CompletableFuture<Optional<StreamTopic>> find(Namespace namespace, String name);

    /** Makes the topic, and before it what the namespace lacks. */
    CompletableFuture<Void> create(StreamTopic topic);

    /** Sets and removes properties. */
    CompletableFuture<Void> alter(StreamTopic topic, Map<String, String> set, Set<String> remove);

    /** Deletes the topic with its messages, whoever reads and writes it. */
    CompletableFuture<Void> delete(StreamTopic topic);

    /** The subscriptions of Pulsar that outlive their consumers, by name. */
    CompletableFuture<List<String>> subscriptions(StreamTopic topic);

    CompletableFuture<Traffic> traffic(String pulsarTopic);

    /**
     * What goes on in a topic.
     *
     * @param whole {@code storedBytes}, rates over the last minute and {@code readers}
     * @param subscriptions those that outlive their consumers, by name, each with what it has not acknowledged
     */
    record Traffic(Map<String, Object> whole, SortedMap<String, Map<String, Object>> subscriptions) {}

    /** What each partition has on disk. */
    CompletableFuture<List<PartitionStorage>> storage(StreamDefinition stream);

    /** The retention in force, {@code minutes} and {@code megabytes}, -1 for no limit, and {@code from} where it comes. */
    CompletableFuture<Map<String, Object>> retention(StreamTopic topic);
}
