package io.magnetar.stream;

import io.magnetar.topic.TopicFilter;
import java.util.List;
import java.util.Optional;

/** The valid streams of one namespace as they stood at one moment. Thread: immutable. */
public interface NamespaceStreams {
    List<StreamDefinition> all();

    /** The stream of that name. */
    Optional<StreamDefinition> named(String name);

    /** The streams that keep a topic, in no particular order. */
    List<StreamDefinition> matching(String topic);

    /**
     * The stream that can serve a filter: the one with an equal filter, else the narrowest that covers it; of equally narrow
     * ones the first by name.
     */
    Optional<StreamDefinition> covering(TopicFilter filter);
}
