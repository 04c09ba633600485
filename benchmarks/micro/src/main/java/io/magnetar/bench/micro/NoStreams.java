package io.magnetar.bench.micro;

import io.magnetar.stream.NamespaceStreams;
import io.magnetar.stream.StreamCatalog;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.tenancy.Namespace;
import io.magnetar.topic.TopicFilter;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A broker in which nobody has defined a stream. */
final class NoStreams implements StreamCatalog, NamespaceStreams {
    @Override
    public NamespaceStreams of(Namespace namespace) {
        return this;
    }

    @Override
    public void onChange(Consumer<Namespace> listener) {
        // Nothing ever changes.
    }

    @Override
    public List<RefusedStream> refused() {
        return List.of();
    }

    @Override
    public List<StreamDefinition> all() {
        return List.of();
    }

    @Override
    public Optional<StreamDefinition> named(String name) {
        return Optional.empty();
    }

    @Override
    public List<StreamDefinition> matching(String topic) {
        return List.of();
    }

    @Override
    public Optional<StreamDefinition> covering(TopicFilter filter) {
        return Optional.empty();
    }
}
