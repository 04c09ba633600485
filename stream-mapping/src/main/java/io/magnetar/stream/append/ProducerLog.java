package io.magnetar.stream.append;

import io.magnetar.stream.failure.PulsarFailures;
import io.magnetar.stream.layout.MessageEncoder;
import java.util.concurrent.CompletableFuture;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.TypedMessageBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A partition through the Pulsar client, wherever its owner is: the client sends again by itself what a broker did not confirm. */
final class ProducerLog implements PartitionLog {
    private static final Logger LOG = LoggerFactory.getLogger(ProducerLog.class);

    private final String pulsarTopic;
    private final Producer<byte[]> producer;
    private volatile boolean failed;

    ProducerLog(String pulsarTopic, Producer<byte[]> producer) {
        this.pulsarTopic = pulsarTopic;
        this.producer = producer;
    }

    @Override
    public long lastSequence() {
        return producer.getLastSequenceId();
    }

    @Override
    public boolean isOpen() {
        return !failed;
    }

    @Override
    public void append(Batch batch) {
        for (PendingAppend message : batch.messages()) {
            TypedMessageBuilder<byte[]> pulsar = producer.newMessage();
            MessageEncoder.encode(message.message(), message.key(), pulsar);
            byte[] orderingKey = batch.orderingKey();
            if (orderingKey != null) {
                pulsar.orderingKey(orderingKey);
            }
            var unused = pulsar.sendAsync().whenComplete((id, failure) -> answer(batch, message, failure));
        }
    }

    private void answer(Batch batch, PendingAppend message, Throwable failure) {
        if (failure == null) {
            batch.answer(message, null);
            return;
        }
        if (PulsarFailures.endsProducer(failure)) {
            failed = true;
        }
        batch.answer(message, PulsarFailures.of(failure, pulsarTopic));
    }

    @Override
    public void flush() {
        var unused = producer.flushAsync();
    }

    @Override
    public CompletableFuture<Void> close() {
        return producer.closeAsync().exceptionally(failure -> {
            LOG.debug("{}: a writer did not close well", pulsarTopic, failure);
            return null;
        });
    }
}
