package io.magnetar.mqtt.session;

import io.magnetar.message.Message;
import io.magnetar.stream.NamespaceStreams;
import io.magnetar.stream.StreamAppender;
import io.magnetar.stream.StreamCatalog;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamFailure;
import io.magnetar.tenancy.Namespace;
import io.magnetar.topic.TopicFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;

/** Two streams of one namespace, whose log confirms or refuses messages when the simulation says so. */
public final class SimulatedStreams implements StreamCatalog, StreamAppender, NamespaceStreams {
    private record Append(StreamDefinition stream, Message message, AppendListener listener) {}

    private final Namespace namespace;
    private final List<StreamDefinition> definitions;
    private final List<Append> pending = new ArrayList<>();
    private final List<Message> confirmed = new ArrayList<>();

    public SimulatedStreams(Namespace namespace) {
        this.namespace = namespace;
        this.definitions = List.of(definition("one", "kept/#"), definition("two", "kept/twice/#"));
    }

    private StreamDefinition definition(String name, String filter) {
        return new StreamDefinition(namespace, name, new TopicFilter(filter), Message::topic, 1, 0);
    }

    /** Settles one append, any of those under way. */
    public boolean settleOne(Random random, boolean mayFail) {
        if (pending.isEmpty()) {
            return false;
        }
        Append append = pending.remove(random.nextInt(pending.size()));
        boolean fails = mayFail && random.nextInt(10) == 0;
        if (!fails) {
            confirmed.add(append.message());
        }
        append.listener().appended(fails ? new StreamFailure(StreamFailure.Kind.UNAVAILABLE, "simulated") : null);
        return true;
    }

    /** How many streams have confirmed the message with this text. */
    long confirmations(String text) {
        return confirmed.stream()
                .filter(message -> SimulatedClient.text(message.payload()).equals(text))
                .count();
    }

    @Override
    public void append(StreamDefinition stream, Message message, AppendListener listener) {
        pending.add(new Append(stream, message, listener));
    }

    @Override
    public long pendingBytes() {
        return pending.stream()
                .mapToLong(append -> append.message().payload().length)
                .sum();
    }

    @Override
    public NamespaceStreams of(Namespace asked) {
        return asked.equals(namespace) ? this : new NoStreams();
    }

    @Override
    public List<StreamDefinition> matching(String topic) {
        return definitions.stream()
                .filter(definition -> definition.filter().matches(topic))
                .toList();
    }

    @Override
    public Optional<StreamDefinition> covering(TopicFilter filter) {
        return definitions.stream()
                .filter(definition -> definition.filter().covers(filter))
                .findFirst();
    }

    @Override
    public Optional<StreamDefinition> named(String name) {
        return definitions.stream()
                .filter(definition -> definition.name().equals(name))
                .findFirst();
    }

    @Override
    public List<StreamDefinition> all() {
        return definitions;
    }

    @Override
    public void onChange(Consumer<Namespace> listener) {}

    @Override
    public List<RefusedStream> refused() {
        return List.of();
    }

    private static final class NoStreams implements NamespaceStreams {
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
}
