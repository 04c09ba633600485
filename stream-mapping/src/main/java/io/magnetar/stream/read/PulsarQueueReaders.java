package io.magnetar.stream.read;

import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamReaders.StreamFailureException;
import io.magnetar.stream.failure.PulsarFailures;
import io.magnetar.stream.queue.Position;
import io.magnetar.stream.queue.QueueReaders;
import io.magnetar.stream.turn.TurnThreads;
import io.magnetar.tenancy.Namespace;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.Reader;
import org.apache.pulsar.client.impl.BatchMessageIdImpl;
import org.apache.pulsar.client.impl.MessageIdImpl;

/**
 * Reads queues with the Pulsar client: a non-durable reader per partition, opened at an exact position.
 *
 * <p>Thread: any.
 */
public final class PulsarQueueReaders implements QueueReaders {
    private final PartitionOpener opener;
    private final Function<Namespace, CompletableFuture<StreamDefinition>> provisioner;
    private final ExecutorService executor;
    private final Set<PulsarQueueReader> open = ConcurrentHashMap.newKeySet();

    /** @param provisioner makes the queue of a namespace, or finds it */
    public PulsarQueueReaders(
            PulsarClient client,
            Function<Namespace, CompletableFuture<StreamDefinition>> provisioner,
            ReadSettings settings) {
        this.opener = new PartitionOpener(client, settings);
        this.provisioner = provisioner;
        this.executor = TurnThreads.named("magnetar-queue-", settings.threads());
    }

    @Override
    public CompletableFuture<StreamDefinition> provision(Namespace namespace) {
        return provisioner.apply(namespace);
    }

    @Override
    public CompletableFuture<QueueReader> open(
            StreamDefinition queue, int partition, Position after, QueueListener listener) {
        String pulsarTopic = queue.pulsarTopic(partition);
        boolean isMessage = after.entryId() >= 0;
        MessageId start = messageId(after, partition);
        return (isMessage ? opener.openWith(pulsarTopic, start) : opener.open(pulsarTopic, start))
                .handle((reader, failure) -> {
                    if (failure != null) {
                        throw new StreamFailureException(PulsarFailures.of(failure, queue.pulsarTopic(partition)));
                    }
                    return opened(queue, reader, after, listener);
                });
    }

    private QueueReader opened(StreamDefinition queue, Reader<byte[]> reader, Position after, QueueListener listener) {
        PulsarQueueReader[] self = new PulsarQueueReader[1];
        self[0] = new PulsarQueueReader(queue, reader, after, listener, () -> open.remove(self[0]), executor);
        open.add(self[0]);
        return self[0];
    }

    @Override
    public CompletableFuture<Position> end(StreamDefinition queue, int partition) {
        String pulsarTopic = queue.pulsarTopic(partition);
        return PulsarQueueReader.end(opener.end(pulsarTopic), pulsarTopic);
    }

    /** The client begins with a message of a batch by reading the batch again and passing over its first messages. */
    private static MessageId messageId(Position after, int partition) {
        if (after.equals(Position.START)) {
            return MessageId.earliest;
        }
        return after.batchIndex() < 0
                ? new MessageIdImpl(after.ledgerId(), after.entryId(), partition)
                : new BatchMessageIdImpl(after.ledgerId(), after.entryId(), partition, after.batchIndex());
    }

    /** Closes all readers. */
    public void close() {
        open.forEach(PulsarQueueReader::close);
        executor.shutdown();
    }
}
