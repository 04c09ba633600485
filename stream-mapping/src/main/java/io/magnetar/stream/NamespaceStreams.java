package io.magnetar.stream;

import io.magnetar.topic.TopicFilter;
import java.util.List;
import java.util.Optional;

/** The valid streams of one namespace as they stood at one moment. Thread: immutable. */
public interface NamespaceStreams {
    List<StreamDefinition> all();

    /** The stream of that name. */
    Optional<StreamDefinition> named(String name);

    /** The stream of that name if messages are written to it: it may not be served yet. */
    default Optional<StreamDefinition> written(String name) {
        return named(name);
    }

    /** The stream of that name if it is being filled from another one, and not served yet. */
    default Optional<StreamDefinition> filling(String name) {
        return Optional.empty();
    }

    /** All that are being filled from others, and not served yet. */
    default List<StreamDefinition> filling() {
        return List.of();
    }

    /** The streams that keep a topic, in no particular order, with those that are written to and not served yet. */
    List<StreamDefinition> matching(String topic);

    /**
     * The stream that can serve a filter: the one with an equal filter, else the narrowest that covers it; of equally narrow
     * ones the first by name.
     */
    Optional<StreamDefinition> covering(TopicFilter filter);
}
