package io.magnetar.stream.backfill;

import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.definition.StreamDefinitionParser;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.pulsar.client.admin.Topics;

/**
 * The marks as properties of the stream's topic.
 *
 * <p>Thread: any.
 */
record PulsarBackfillMarks(Topics topics) implements BackfillMarks {
    @Override
    public CompletableFuture<Void> liveFrom(StreamDefinition stream, long receivedMicros) {
        return topics.updatePropertiesAsync(
                stream.pulsarTopic(), Map.of(StreamDefinitionParser.LIVE_FROM, Long.toString(receivedMicros)));
    }

    @Override
    public CompletableFuture<Void> filled(StreamDefinition stream) {
        return topics.removePropertiesAsync(stream.pulsarTopic(), StreamDefinitionParser.BACKFILL);
    }

    @Override
    public CompletableFuture<Void> notFilled(StreamDefinition stream, String source) {
        return topics.updatePropertiesAsync(stream.pulsarTopic(), Map.of(StreamDefinitionParser.BACKFILL, source));
    }

    @Override
    public CompletableFuture<Void> holdNothing(StreamDefinition stream) {
        return topics.removePropertiesAsync(stream.pulsarTopic(), StreamDefinitionParser.LIVE_FROM);
    }
}
