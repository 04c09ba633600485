package io.magnetar.mqtt.owned;

import io.magnetar.message.Message;
import io.magnetar.stream.append.KeyedMessage;
import io.magnetar.stream.layout.MessageEncoder;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.apache.pulsar.common.allocator.PulsarByteBufAllocator;
import org.apache.pulsar.common.api.proto.MessageMetadata;
import org.apache.pulsar.common.api.proto.SingleMessageMetadata;
import org.apache.pulsar.common.protocol.Commands;
import org.apache.pulsar.common.protocol.Commands.ChecksumType;
import org.jspecify.annotations.Nullable;

/**
 * Writes batch entries as the Pulsar client does: checksum, metadata of the batch, then for each message its size, its metadata
 * and its payload.
 *
 * <p>Thread: one at a time; its parts are used again.
 *
 * @see <a href="https://pulsar.apache.org/docs/4.0.x/developing-binary-protocol/#batch-messages">Pulsar: batch messages</a>
 */
final class BatchEntry {
    private static final int METADATA_BYTES = 256;

    private final String producerName;
    private final MessageMetadata batch = new MessageMetadata();
    private final SingleMessageMetadata single = new SingleMessageMetadata();

    BatchEntry(String producerName) {
        this.producerName = producerName;
    }

    /**
     * An entry of messages with sequence ids that follow one another.
     *
     * @param firstSequence of the first message
     * @return the entry; the caller releases it
     */
    ByteBuf encode(
            List<? extends KeyedMessage> messages,
            byte @Nullable [] orderingKey,
            long firstSequence,
            long publishTimeMillis) {
        ByteBuf payload = PulsarByteBufAllocator.DEFAULT.directBuffer(roomFor(messages));
        try {
            for (int i = 0; i < messages.size(); i++) {
                write(messages.get(i), orderingKey, firstSequence + i, payload);
            }
            batch.clear();
            batch.setProducerName(producerName)
                    .setSequenceId(firstSequence)
                    .setHighestSequenceId(firstSequence + messages.size() - 1)
                    .setPublishTime(publishTimeMillis)
                    .setNumMessagesInBatch(messages.size())
                    .setUncompressedSize(payload.readableBytes());
            if (orderingKey != null) {
                batch.setOrderingKey(orderingKey);
            }
            return Commands.serializeMetadataAndPayload(ChecksumType.Crc32c, batch, payload);
        } finally {
            payload.release();
        }
    }

    private static int roomFor(List<? extends KeyedMessage> messages) {
        int bytes = 0;
        for (KeyedMessage message : messages) {
            bytes += message.message().payload().length + METADATA_BYTES;
        }
        return bytes;
    }

    private void write(KeyedMessage keyed, byte @Nullable [] orderingKey, long sequence, ByteBuf payload) {
        Message message = keyed.message();
        byte[] bytes = message.payload();
        single.clear();
        single.setPartitionKey(keyed.key())
                .setEventTime(MessageEncoder.eventTime(message))
                .setSequenceId(sequence)
                .setPayloadSize(bytes.length);
        if (orderingKey != null) {
            single.setOrderingKey(orderingKey);
        }
        MessageEncoder.properties(
                message, (name, value) -> single.addProperty().setKey(name).setValue(value));
        payload.writeInt(single.getSerializedSize());
        single.writeTo(payload);
        payload.writeBytes(bytes);
    }
}
