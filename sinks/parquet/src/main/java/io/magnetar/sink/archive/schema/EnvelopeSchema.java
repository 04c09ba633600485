package io.magnetar.sink.archive.schema;

import io.magnetar.sink.delivery.BadRecord;
import io.magnetar.sink.message.StreamMessage;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The envelope and the payload as it is. Thread: immutable. */
public final class EnvelopeSchema implements RowSchema {
    private final boolean text;
    private final Rows rows;

    /**
     * @param text whether the column of the payload is a text; payloads that are no UTF-8 are bad records then
     */
    public EnvelopeSchema(List<EnvelopeColumn> columns, boolean text) {
        this.text = text;
        rows = new EnvelopeRows(columns, text);
    }

    @Override
    public boolean accept(StreamMessage message) throws BadRecord {
        if (text) {
            try {
                StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(message.payload()));
            } catch (CharacterCodingException e) {
                throw new BadRecord("the payload is no UTF-8");
            }
        }
        return true;
    }

    @Override
    public Rows rows() {
        return rows;
    }

    @Override
    public boolean learns() {
        return false;
    }
}
