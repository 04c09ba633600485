package io.magnetar.stream.compaction;

import io.magnetar.stream.Position;
import io.magnetar.stream.read.Compactions;
import java.util.concurrent.CompletableFuture;
import org.apache.pulsar.client.admin.Topics;
import org.apache.pulsar.common.policies.data.ManagedLedgerInternalStats.CursorStats;
import org.apache.pulsar.common.policies.data.PersistentTopicInternalStats;

/**
 * Asks Pulsar's admin API: what compaction has left is a ledger, and how far it has come is a cursor.
 *
 * <p>Thread: any.
 */
public final class PulsarCompactions implements Compactions {
    private static final String CURSOR = "__compaction";

    private final Topics topics;

    public PulsarCompactions(Topics topics) {
        this.topics = topics;
    }

    @Override
    public CompletableFuture<Compacted> of(String pulsarTopic) {
        return topics.getInternalStatsAsync(pulsarTopic).thenApply(PulsarCompactions::compacted);
    }

    private static Compacted compacted(PersistentTopicInternalStats stats) {
        CursorStats cursor = stats.cursors == null ? null : stats.cursors.get(CURSOR);
        if (stats.compactedLedger == null || stats.compactedLedger.ledgerId < 0 || cursor == null) {
            return new Compacted(Compacted.NONE, Position.START);
        }
        String[] position = cursor.markDeletePosition.split(":", -1);
        return new Compacted(
                stats.compactedLedger.ledgerId,
                new Position(Long.parseLong(position[0]), Long.parseLong(position[1]), -1));
    }
}
