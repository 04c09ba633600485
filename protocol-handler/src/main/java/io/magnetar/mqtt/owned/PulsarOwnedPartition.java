package io.magnetar.mqtt.owned;

import io.magnetar.stream.append.KeyedMessage;
import io.magnetar.stream.append.OwnedPartitions.OwnedPartition;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.function.Consumer;
import org.apache.pulsar.broker.service.BrokerServiceException.NotAllowedException;
import org.apache.pulsar.broker.service.BrokerServiceException.TopicTerminatedException;
import org.apache.pulsar.broker.service.Producer;
import org.apache.pulsar.broker.service.Topic.PublishContext;
import org.apache.pulsar.broker.service.persistent.PersistentTopic;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.common.policies.data.PublishRate;
import org.jspecify.annotations.Nullable;

/**
 * A partition as the broker has it loaded, appended to in the name of a producer that is registered there. The broker drops the
 * producer when nobody may write: the partition is unloaded, fenced, deleted, or its quota is used up.
 *
 * <p>Buffers: an entry belongs to {@link #append} until the topic has taken a reference of its own. Thread: one caller at a time.
 */
final class PulsarOwnedPartition implements OwnedPartition {
    private final PersistentTopic topic;
    private final Producer producer;
    private final int maxEntryBytes;
    private final EntryEncoder entries;

    /** @param maxEntryBytes the broker's {@code maxMessageSize}: bookies end the connection of who sends them more */
    PulsarOwnedPartition(PersistentTopic topic, Producer producer, int maxEntryBytes) {
        this.topic = topic;
        this.producer = producer;
        this.maxEntryBytes = maxEntryBytes;
        this.entries = new EntryEncoder(producer.getProducerName());
    }

    @Override
    public boolean isUsable() {
        return producer.equals(topic.getProducers().get(producer.getProducerName()))
                && !topic.isEncryptionRequired()
                && !topic.isResourceGroupRateLimitingEnabled()
                && isUnlimited(
                        topic.getHierarchyTopicPolicies().getPublishRate().get());
    }

    private static boolean isUnlimited(@Nullable PublishRate rate) {
        return rate == null || (rate.publishThrottlingRateInMsg <= 0 && rate.publishThrottlingRateInByte <= 0);
    }

    @Override
    public void append(
            List<? extends KeyedMessage> messages,
            byte @Nullable [] orderingKey,
            long firstSequence,
            Consumer<@Nullable Throwable> done) {
        ByteBuf entry = entries.encode(messages, orderingKey, firstSequence, System.currentTimeMillis());
        try {
            int bytes = entry.readableBytes();
            if (bytes > maxEntryBytes) {
                done.accept(new PulsarClientException.InvalidMessageException(
                        "an entry of " + bytes + " bytes is larger than " + maxEntryBytes));
                return;
            }
            topic.incrementPublishCount(producer, messages.size(), bytes);
            topic.publishMessage(
                    entry, new Publish(producer.getProducerName(), firstSequence, messages.size(), bytes, done));
        } finally {
            entry.release();
        }
    }

    /** What the broker asks about a publish, and whom it tells. */
    private record Publish(
            String producerName, long firstSequence, int messages, int bytes, Consumer<@Nullable Throwable> done)
            implements PublishContext {
        @Override
        public String getProducerName() {
            return producerName;
        }

        @Override
        public long getSequenceId() {
            return firstSequence;
        }

        @Override
        public long getHighestSequenceId() {
            return firstSequence + messages - 1;
        }

        @Override
        public long getNumberOfMessages() {
            return messages;
        }

        @Override
        public long getMsgSize() {
            return bytes;
        }

        @Override
        public void completed(@Nullable Exception failure, long ledgerId, long entryId) {
            done.accept(failure == null ? null : clientException(failure));
        }

        /** The exception that the Pulsar client would throw. */
        private static Exception clientException(Exception failure) {
            if (failure instanceof NotAllowedException) {
                return new PulsarClientException.InvalidMessageException(failure.getMessage());
            }
            if (failure instanceof TopicTerminatedException) {
                return new PulsarClientException.TopicTerminatedException(failure.getMessage());
            }
            return failure;
        }
    }
}
