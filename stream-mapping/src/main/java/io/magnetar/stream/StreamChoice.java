package io.magnetar.stream;

import io.magnetar.topic.TopicFilter;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which stream a subscription means, and which of its topics. */
public sealed interface StreamChoice {
    /** The stream among those of a namespace. */
    Optional<StreamDefinition> in(NamespaceStreams streams);

    /** The topics wanted of a stream that {@link #in} has found. */
    TopicFilter filterOf(StreamDefinition stream);

    /** Why {@link #in} has found none among these. */
    String whyNone(NamespaceStreams streams);

    /** The stream whose filter covers this one. */
    record Covering(TopicFilter filter) implements StreamChoice {
        @Override
        public Optional<StreamDefinition> in(NamespaceStreams streams) {
            return streams.covering(filter);
        }

        @Override
        public TopicFilter filterOf(StreamDefinition stream) {
            return filter;
        }

        @Override
        public String whyNone(NamespaceStreams streams) {
            return "no stream of the namespace covers the filter " + filter;
        }
    }

    /** @param filter null for all that the stream keeps */
    record Named(String name, @Nullable TopicFilter filter) implements StreamChoice {
        @Override
        public Optional<StreamDefinition> in(NamespaceStreams streams) {
            return streams.named(name)
                    .filter(stream -> filter == null || stream.filter().covers(filter));
        }

        @Override
        public TopicFilter filterOf(StreamDefinition stream) {
            return filter == null ? stream.filter() : filter;
        }

        @Override
        public String whyNone(NamespaceStreams streams) {
            return streams.named(name)
                    .map(stream ->
                            "the stream '" + name + "' keeps " + stream.filter() + ", which does not cover " + filter)
                    .orElse("the namespace has no stream '" + name + "'");
        }
    }
}
