package io.magnetar.sink.archive;

import io.magnetar.sink.archive.schema.avro.TopicSchema;
import io.magnetar.sink.delivery.Outcome;
import io.magnetar.sink.delivery.PermanentFailure;
import io.magnetar.sink.delivery.Retry;
import io.magnetar.sink.message.StreamMessage;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Reader;
import org.apache.pulsar.client.api.Schema;
import org.apache.pulsar.common.schema.SchemaInfo;
import org.apache.pulsar.io.core.SinkContext;

/**
 * Asks Pulsar for the schema that a message was written with: reads it once more, with a reader that takes schemas as they come.
 * The sink itself gets bytes, and Pulsar shows a connector no other way to an older version.
 *
 * <p>Thread: the writer's, which waits.
 */
final class SchemaReading implements TopicSchema.SchemaLookup {
    private static final int READ_SECONDS = 30;

    private final SinkContext context;
    private final Retry retry;

    SchemaReading(SinkContext context, Retry retry) {
        this.context = context;
        this.retry = retry;
    }

    @Override
    public SchemaInfo of(StreamMessage message) throws PermanentFailure, InterruptedException {
        return retry.run("reading the schema of " + message.pulsarTopic().name(), () -> {
            try {
                return read(message);
            } catch (PulsarClientException e) {
                return Outcome.retriable(String.valueOf(e.getMessage()));
            }
        });
    }

    private Outcome<SchemaInfo> read(StreamMessage message) throws PulsarClientException {
        try (Reader<?> reader = context.getPulsarClient()
                .newReader(Schema.AUTO_CONSUME())
                .topic(message.pulsarTopic().name())
                .startMessageId(message.messageId())
                .startMessageIdInclusive()
                .create()) {
            Message<?> again = reader.readNext(READ_SECONDS, TimeUnit.SECONDS);
            if (again == null) {
                return Outcome.retriable("the message at " + message.position() + " does not come");
            }
            return again.getReaderSchema()
                    .map(schema -> Outcome.delivered(schema.getSchemaInfo()))
                    .orElseGet(
                            () -> Outcome.permanent("Pulsar has no schema for the message at " + message.position()));
        } catch (PulsarClientException e) {
            throw e;
        } catch (IOException e) {
            throw new PulsarClientException(e);
        }
    }
}
