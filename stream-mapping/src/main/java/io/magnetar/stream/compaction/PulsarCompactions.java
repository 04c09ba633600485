package io.magnetar.stream.compaction;

import io.magnetar.stream.Position;
import io.magnetar.stream.read.Compactions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.pulsar.client.admin.Topics;
import org.apache.pulsar.common.policies.data.ManagedLedgerInternalStats.CursorStats;
import org.apache.pulsar.common.policies.data.ManagedLedgerInternalStats.LedgerInfo;
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
        Position logBegins = logBegins(stats);
        CursorStats cursor = stats.cursors == null ? null : stats.cursors.get(CURSOR);
        if (stats.compactedLedger == null || stats.compactedLedger.ledgerId < 0 || cursor == null) {
            return new Compacted(Compacted.NONE, Position.START, logBegins);
        }
        String[] position = cursor.markDeletePosition.split(":", -1);
        return new Compacted(
                stats.compactedLedger.ledgerId,
                new Position(Long.parseLong(position[0]), Long.parseLong(position[1]), -1),
                logBegins);
    }

    /** The log is cut by whole ledgers. The last one may be empty yet. */
    private static Position logBegins(PersistentTopicInternalStats stats) {
        long first = -1;
        for (LedgerInfo ledger : stats.ledgers == null ? List.<LedgerInfo>of() : stats.ledgers) {
            first = ledger.ledgerId;
            if (ledger.entries > 0) {
                break;
            }
        }
        return new Position(first, -1, -1);
    }
}
