package io.magnetar.stream.definition;

import io.magnetar.stream.StreamCatalog.RefusedStream;
import io.magnetar.stream.StreamDefinition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntSupplier;

/**
 * Decides which topics of one namespace are streams: those with a good definition, as many as the namespace may have, the oldest
 * first, so that all brokers come to the same answer and no stream is driven out by one that is made or mended later.
 *
 * <p>The number of partitions is fixed for the life of a stream, because a key's messages would part. It is written down beside the
 * definition before the stream is served; a topic that has grown since goes on with the partitions that it had, and the change is
 * listed as refused.
 *
 * <p>Thread: the catalog's.
 */
final class NamespaceTopics {
    private static final Comparator<StreamTopic> OLDEST_FIRST =
            Comparator.comparingLong(StreamTopic::createdAtMillis).thenComparing(StreamTopic::pulsarTopic);

    private final IntSupplier mostStreams;
    private final StreamOrigins origins = new StreamOrigins();
    private final ParsedTopics parsed = new ParsedTopics();

    /** @param mostStreams how many there may be now */
    NamespaceTopics(IntSupplier mostStreams) {
        this.mostStreams = mostStreams;
    }

    /** A topic that is to be pinned to a number of partitions before it is served. */
    record Unpinned(StreamTopic topic, int partitions) {}

    List<Unpinned> unpinned(List<StreamTopic> topics) {
        return topics.stream()
                .filter(topic -> !topic.isPinned() && parsed.of(topic) instanceof StreamDefinitionParser.Valid)
                .map(topic -> new Unpinned(topic, origins.partitions(topic).orElse(topic.partitions())))
                .toList();
    }

    NamespaceSnapshot snapshot(List<StreamTopic> topics) {
        origins.retain(topics);
        int maxStreams = mostStreams.getAsInt();
        List<StreamDefinition> streams = new ArrayList<>();
        List<RefusedStream> refused = new ArrayList<>();
        List<StreamTopic> sorted = topics.stream().sorted(OLDEST_FIRST).toList();
        for (int i = 0; i < sorted.size(); i++) {
            StreamTopic topic = sorted.get(i);
            if (i >= maxStreams) {
                refused.add(RefusedStream.oneTooMany(topic.pulsarTopic(), maxStreams));
            } else if (parsed.of(topic) instanceof StreamDefinitionParser.Valid valid) {
                serve(topic, valid.stream(), streams, refused);
            } else if (parsed.of(topic) instanceof StreamDefinitionParser.Refused bad) {
                refused.add(new RefusedStream(topic.pulsarTopic(), bad.reason()));
            }
        }
        parsed.retain(topics);
        return new NamespaceSnapshot(streams, refused);
    }

    private void serve(
            StreamTopic topic, StreamDefinition stream, List<StreamDefinition> streams, List<RefusedStream> refused) {
        if (!topic.isPinned() && origins.partitions(topic).isEmpty()) {
            refused.add(new RefusedStream(
                    topic.pulsarTopic(),
                    "it cannot be written down now with how many partitions the stream begins; this is tried again"));
            return;
        }
        int partitions = Math.min(origins.served(topic, stream.partitions()), topic.partitions());
        if (partitions != topic.partitions()) {
            refused.add(new RefusedStream(topic.pulsarTopic(), grown(partitions, topic.partitions())));
        }
        if (stream.life().isFilling()) {
            refused.add(new RefusedStream(topic.pulsarTopic(), filling(stream)));
        }
        streams.add(stream.withPartitions(partitions));
    }

    private static String filling(StreamDefinition stream) {
        return "it is being filled from the stream '" + stream.life().fillsFrom()
                + "' and not served until that is done; if the broker that does it has ended, make it again in the same way, or delete it";
    }

    private static String grown(int from, int to) {
        return "the number of partitions changed from " + from + " to " + to
                + ", which would break the order of keys: the stream goes on with its first " + from
                + "; for more, make a new stream";
    }
}
