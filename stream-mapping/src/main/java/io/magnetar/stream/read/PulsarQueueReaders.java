package io.magnetar.stream.read;

import io.magnetar.stream.Position;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamReaders.StreamFailureException;
import io.magnetar.stream.failure.PulsarFailures;
import io.magnetar.stream.queue.QueueReaders;
import io.magnetar.stream.turn.TurnThreads;
import io.magnetar.tenancy.Namespace;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.Reader;

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
        return opener.openAt(pulsarTopic, partition, after).handle((reader, failure) -> {
            if (failure != null) {
                throw new StreamFailureException(PulsarFailures.of(failure, queue.pulsarTopic(partition)));
            }
            return opened(queue, partition, reader, after, listener);
        });
    }

    private QueueReader opened(
            StreamDefinition queue, int partition, Reader<byte[]> reader, Position after, QueueListener listener) {
        PulsarQueueReader[] self = new PulsarQueueReader[1];
        self[0] =
                new PulsarQueueReader(queue, partition, reader, after, listener, () -> open.remove(self[0]), executor);
        open.add(self[0]);
        return self[0];
    }

    @Override
    public CompletableFuture<Position> end(StreamDefinition queue, int partition) {
        String pulsarTopic = queue.pulsarTopic(partition);
        return PulsarQueueReader.end(opener.end(pulsarTopic), pulsarTopic);
    }

    /** Closes all readers. */
    public void close() {
        open.forEach(PulsarQueueReader::close);
        executor.shutdown();
    }
}
