package io.magnetar.mqtt.owned;

import io.magnetar.stream.RetentionFloor;
import io.magnetar.stream.RetentionFloors;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamInspection;
import io.magnetar.stream.StreamInspection.Span;
import io.magnetar.stream.append.PartitionContents;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.broker.service.BrokerService;
import org.apache.pulsar.client.admin.PulsarAdmin;

/**
 * Looks into the ledgers of the partitions that this broker owns, and asks the owners of others as any client would.
 *
 * <p>Thread: any; never blocks.
 */
public final class BrokerContents implements PartitionContents {
    private final BrokerService broker;
    private final PulsarAdmin admin;
    private final RetentionFloors floors;
    private final StreamInspection inspection;

    /**
     * @param floors what is older than they say does not count
     * @param inspection for partitions that are elsewhere
     */
    public BrokerContents(
            BrokerService broker, PulsarAdmin admin, RetentionFloors floors, StreamInspection inspection) {
        this.broker = broker;
        this.admin = admin;
        this.floors = floors;
        this.inspection = inspection;
    }

    @Override
    public CompletableFuture<Held> of(StreamDefinition stream, int partition) {
        Optional<OwnedLedger> owned = OwnedLedger.find(broker, stream.pulsarTopic(partition));
        return owned.isPresent()
                ? floors.of(stream).thenCompose(floor -> held(owned.get(), floor))
                : elsewhere(stream, partition);
    }

    private static CompletableFuture<Held> held(OwnedLedger owned, RetentionFloor floor) {
        return owned.firstNumber(TimeUnit.MICROSECONDS.toMillis(floor.fromMicros()))
                .thenApply(first -> new Held(
                        Math.max(0, owned.lastNumber() - first + 1),
                        owned.ledger().getTotalSize(),
                        true));
    }

    private CompletableFuture<Held> elsewhere(StreamDefinition stream, int partition) {
        return inspection
                .span(stream, partition)
                .thenApply(Span::messages)
                .thenCombine(
                        admin.topics().getStatsAsync(stream.pulsarTopic(partition)),
                        (messages, stats) -> new Held(Math.max(0, messages), stats.getStorageSize(), false));
    }
}
