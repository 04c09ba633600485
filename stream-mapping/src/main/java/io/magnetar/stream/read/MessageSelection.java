package io.magnetar.stream.read;

import io.magnetar.message.Message;
import io.magnetar.stream.Position;
import io.magnetar.stream.StartPosition;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamReaders.StreamMessage;
import io.magnetar.stream.layout.MessageDecoder;
import io.magnetar.topic.TopicFilter;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Which messages of a stream a reader wants: those whose topic matches and, when it reads from a time, that are not older.
 *
 * <p>Thread: immutable, but for the shared counter.
 */
public final class MessageSelection {
    private final MessageDecoder decoder;
    private final TopicFilter filter;
    private final long fromMicros;
    private final LongAdder undecodable;

    /** @param undecodable counts the Pulsar messages that are no MQTT messages */
    public MessageSelection(StreamDefinition stream, StartPosition start, TopicFilter filter, LongAdder undecodable) {
        this.decoder = new MessageDecoder(stream.namespace(), stream.filter());
        this.filter = filter;
        this.fromMicros = PartitionOpener.fromMicros(start);
        this.undecodable = undecodable;
    }

    /** The message to deliver, or null. */
    @Nullable
    public StreamMessage select(org.apache.pulsar.client.api.Message<byte[]> pulsar, int partition, Position position) {
        // What is encrypted is passed over here, not by the client: the client would go by it without a word.
        Message message = pulsar.getEncryptionCtx().isPresent() ? null : decoder.decode(pulsar);
        if (message == null) {
            undecodable.increment();
            return null;
        }
        if (message.timestampMicros() < fromMicros || !filter.matches(message.topic())) {
            return null;
        }
        return new StreamMessage(message, pulsar.hasKey() ? pulsar.getKey() : null, partition, position);
    }
}
