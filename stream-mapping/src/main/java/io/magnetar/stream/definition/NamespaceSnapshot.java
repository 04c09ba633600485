package io.magnetar.stream.definition;

import io.magnetar.stream.NamespaceStreams;
import io.magnetar.stream.StreamCatalog.RefusedStream;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.topic.TopicFilter;
import io.magnetar.topic.TopicTrie;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The streams of one namespace as one look at the store found them. Thread: immutable once built. */
final class NamespaceSnapshot implements NamespaceStreams {
    static final NamespaceSnapshot EMPTY = new NamespaceSnapshot(List.of(), List.of());

    private final List<StreamDefinition> everything;
    private final List<StreamDefinition> streams;
    private final List<RefusedStream> refused;
    private final Map<String, StreamDefinition> byName;
    private final Map<String, StreamDefinition> filling;
    private final TopicTrie<String, StreamDefinition> index = new TopicTrie<>();

    /** @param everything with the streams that are being filled and not served yet */
    NamespaceSnapshot(List<StreamDefinition> everything, List<RefusedStream> refused) {
        this.everything = everything.stream()
                .sorted(Comparator.comparing(StreamDefinition::name))
                .toList();
        this.streams = this.everything.stream()
                .filter(stream -> !stream.life().isFilling())
                .toList();
        this.refused = refused.stream()
                .sorted(Comparator.comparing(RefusedStream::pulsarTopic))
                .toList();
        this.byName = this.streams.stream().collect(Collectors.toMap(StreamDefinition::name, stream -> stream));
        this.filling = this.everything.stream()
                .filter(stream -> stream.life().isFilling())
                .collect(Collectors.toMap(StreamDefinition::name, stream -> stream));
        this.everything.stream()
                .filter(stream -> stream.life().isWritten())
                .forEach(stream -> index.put(stream.filter(), stream.name(), stream));
    }

    List<StreamDefinition> everything() {
        return everything;
    }

    List<RefusedStream> refused() {
        return refused;
    }

    @Override
    public List<StreamDefinition> all() {
        return streams;
    }

    @Override
    public Optional<StreamDefinition> named(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    @Override
    public Optional<StreamDefinition> written(String name) {
        return named(name).or(() -> filling(name).filter(stream -> stream.life().isWritten()));
    }

    @Override
    public Optional<StreamDefinition> filling(String name) {
        return Optional.ofNullable(filling.get(name));
    }

    @Override
    public List<StreamDefinition> filling() {
        return List.copyOf(filling.values());
    }

    @Override
    public List<StreamDefinition> matching(String topic) {
        if (everything.isEmpty()) {
            return List.of();
        }
        List<StreamDefinition> matching = new ArrayList<>(2);
        index.match(topic, matching::add);
        return matching;
    }

    @Override
    public Optional<StreamDefinition> covering(TopicFilter filter) {
        StreamDefinition best = null;
        for (StreamDefinition stream : streams) {
            if (stream.filter().equals(filter)) {
                return Optional.of(stream);
            }
            if (stream.filter().covers(filter) && (best == null || isNarrower(stream.filter(), best.filter()))) {
                best = stream;
            }
        }
        return Optional.ofNullable(best);
    }

    private static boolean isNarrower(TopicFilter filter, TopicFilter than) {
        return than.covers(filter) && !filter.covers(than);
    }
}
