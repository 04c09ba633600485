package io.magnetar.mqtt.owned;

import io.magnetar.message.Message;
import io.magnetar.stream.append.KeyedMessage;
import io.magnetar.stream.layout.MessageEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import org.apache.pulsar.common.allocator.PulsarByteBufAllocator;
import org.apache.pulsar.common.api.proto.MessageMetadata;
import org.apache.pulsar.common.api.proto.SingleMessageMetadata;
import org.apache.pulsar.common.protocol.Commands;
import org.apache.pulsar.common.protocol.Commands.ChecksumType;
import org.jspecify.annotations.Nullable;

/**
 * Writes entries as the Pulsar client does: checksum and metadata, then for each message its size, its metadata and its payload.
 * An entry of one message is no batch but a plain message: the client takes the last message of a batch of one for unread when
 * it begins to read behind it.
 *
 * <p>Thread: one at a time; its parts are used again.
 *
 * @see <a href="https://pulsar.apache.org/docs/4.0.x/developing-binary-protocol/#batch-messages">Pulsar: batch messages</a>
 */
final class EntryEncoder {
    private static final int METADATA_BYTES = 256;

    private final String producerName;
    private final MessageMetadata metadata = new MessageMetadata();
    private final SingleMessageMetadata single = new SingleMessageMetadata();

    EntryEncoder(String producerName) {
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
        metadata.clear();
        metadata.setProducerName(producerName).setSequenceId(firstSequence).setPublishTime(publishTimeMillis);
        if (orderingKey != null) {
            metadata.setOrderingKey(orderingKey);
        }
        return messages.size() == 1 ? plain(messages.get(0)) : batch(messages, orderingKey, firstSequence);
    }

    private ByteBuf plain(KeyedMessage keyed) {
        Message message = keyed.message();
        metadata.setPartitionKey(keyed.key())
                .setEventTime(MessageEncoder.eventTime(message))
                .setUncompressedSize(message.payload().length);
        MessageEncoder.properties(
                message, (name, value) -> metadata.addProperty().setKey(name).setValue(value));
        return Commands.serializeMetadataAndPayload(
                ChecksumType.Crc32c, metadata, Unpooled.wrappedBuffer(message.payload()));
    }

    private ByteBuf batch(List<? extends KeyedMessage> messages, byte @Nullable [] orderingKey, long firstSequence) {
        ByteBuf payload = PulsarByteBufAllocator.DEFAULT.directBuffer(roomFor(messages));
        try {
            for (int i = 0; i < messages.size(); i++) {
                write(messages.get(i), orderingKey, firstSequence + i, payload);
            }
            metadata.setHighestSequenceId(firstSequence + messages.size() - 1)
                    .setNumMessagesInBatch(messages.size())
                    .setUncompressedSize(payload.readableBytes());
            return Commands.serializeMetadataAndPayload(ChecksumType.Crc32c, metadata, payload);
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
