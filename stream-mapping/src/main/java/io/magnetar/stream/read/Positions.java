package io.magnetar.stream.read;

import io.magnetar.stream.Position;
import java.util.List;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.MessageIdAdv;
import org.apache.pulsar.client.api.TopicMessageId;
import org.apache.pulsar.client.impl.BatchMessageIdImpl;
import org.apache.pulsar.client.impl.MessageIdImpl;

/** Positions as the Pulsar client names them. Stateless. */
public final class Positions {
    private Positions() {}

    public static Position of(MessageId id) {
        MessageIdAdv adv = (MessageIdAdv) id;
        return new Position(adv.getLedgerId(), adv.getEntryId(), adv.getBatchIndex());
    }

    /** The last message of a partition, or a position before all messages to come. */
    static Position only(List<TopicMessageId> ids) {
        return ids.isEmpty() ? Position.START : of(ids.get(0));
    }

    /** The client begins with a message of a batch by reading the batch again and passing over its first messages. */
    static MessageId messageId(Position position, int partition) {
        if (position.equals(Position.START)) {
            return MessageId.earliest;
        }
        return position.batchIndex() < 0
                ? new MessageIdImpl(position.ledgerId(), position.entryId(), partition)
                : new BatchMessageIdImpl(position.ledgerId(), position.entryId(), partition, position.batchIndex());
    }
}
