package io.magnetar.sink.archive.schema.avro;

import io.magnetar.sink.archive.schema.EnvelopeColumn;
import io.magnetar.sink.archive.schema.RowSchema;
import io.magnetar.sink.archive.schema.Rows;
import io.magnetar.sink.delivery.BadRecord;
import io.magnetar.sink.delivery.PermanentFailure;
import io.magnetar.sink.message.StreamMessage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.pulsar.common.schema.SchemaInfo;
import org.apache.pulsar.common.schema.SchemaType;
import org.jspecify.annotations.Nullable;

/**
 * The schemas that a Pulsar topic has for its messages, of type AVRO or JSON. Each version has rows of its own, so that a message
 * of another version begins a file.
 *
 * <p>Thread: one at a time.
 */
public final class TopicSchema implements RowSchema {
    /** Versions that are kept; more are read again. */
    private static final int MAX_VERSIONS = 100;

    private final SchemaLookup lookup;
    private final List<EnvelopeColumn> envelope;
    private final Map<ByteBuffer, Version> versions = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Version> eldest) {
            return size() > MAX_VERSIONS;
        }
    };
    private @Nullable Rows current;

    /** Finds the schema that a message was written with. */
    @FunctionalInterface
    public interface SchemaLookup {
        SchemaInfo of(StreamMessage message) throws PermanentFailure, InterruptedException;
    }

    /** Rows, or why there are none. */
    private record Version(@Nullable AvroRows rows, String refusal) {}

    public TopicSchema(SchemaLookup lookup, List<EnvelopeColumn> envelope) {
        this.lookup = lookup;
        this.envelope = envelope;
    }

    @Override
    public boolean accept(StreamMessage message) throws BadRecord, PermanentFailure, InterruptedException {
        byte[] name = message.schemaVersion();
        if (name.length == 0) {
            throw new BadRecord("the message has no schema of Pulsar");
        }
        ByteBuffer key = ByteBuffer.wrap(name);
        Version version = versions.get(key);
        if (version == null) {
            version = version(lookup.of(message));
            versions.put(key, version);
        }
        AvroRows rows = version.rows();
        if (rows == null) {
            throw new BadRecord(version.refusal());
        }
        rows.decode(message);
        boolean same = rows == current;
        current = rows;
        return same;
    }

    private Version version(SchemaInfo info) {
        return switch (info.getType()) {
            case AVRO, JSON -> {
                try {
                    Schema schema = new Schema.Parser().parse(new String(info.getSchema(), StandardCharsets.UTF_8));
                    AvroPayload payload =
                            info.getType() == SchemaType.JSON ? AvroPayload.json(schema) : AvroPayload.binary(schema);
                    yield new Version(new AvroRows(envelope, schema, payload), "");
                } catch (AvroRuntimeException | IllegalArgumentException e) {
                    yield new Version(null, "the topic's schema cannot be that of a file: " + e.getMessage());
                }
            }
            default -> new Version(null, "the topic's schema is of type " + info.getType() + ", not AVRO or JSON");
        };
    }

    @Override
    public Rows rows() {
        return Objects.requireNonNull(current, "a message was accepted");
    }

    @Override
    public boolean learns() {
        return false;
    }
}
