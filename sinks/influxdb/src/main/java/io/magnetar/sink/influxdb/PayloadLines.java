package io.magnetar.sink.influxdb;

import io.magnetar.sink.delivery.BadRecord;
import io.magnetar.sink.message.StreamMessage;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The payload is line protocol.
 *
 * <p>Thread: one at a time.
 */
record PayloadLines(LineCheck check, Precision precision) implements Lines {

    @Override
    public List<String> of(StreamMessage message) throws BadRecord {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(message.payload()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new BadRecord("the payload is no UTF-8");
        }
        try {
            return check.lines(text, precision.fromMicros(message.timestampMicros()));
        } catch (ArithmeticException e) {
            throw new BadRecord("its time is none that 64 bits of nanoseconds hold");
        }
    }
}
