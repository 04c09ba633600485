package io.magnetar.mqtt.admin.pulsar;

import io.magnetar.mqtt.admin.PartitionStorage;
import io.magnetar.mqtt.admin.PartitionStorage.Ledger;
import io.magnetar.stream.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.pulsar.common.policies.data.ManagedLedgerInternalStats;
import org.apache.pulsar.common.policies.data.PersistentTopicInternalStats;

/** The ledgers of a partition as Pulsar tells of them. Stateless. */
final class Storage {
    private static final int BATCH = -1;

    private Storage() {}

    static PartitionStorage of(PersistentTopicInternalStats stats) {
        List<Ledger> ledgers = new ArrayList<>();
        for (ManagedLedgerInternalStats.LedgerInfo ledger : stats.ledgers) {
            boolean isCurrent = ledgers.size() == stats.ledgers.size() - 1;
            ledgers.add(new Ledger(
                    ledger.ledgerId,
                    isCurrent ? stats.currentLedgerEntries : ledger.entries,
                    isCurrent ? stats.currentLedgerSize : ledger.size));
        }
        Map<String, Position> acknowledged = new HashMap<>();
        stats.cursors.forEach((name, cursor) -> acknowledged.put(name, position(cursor.markDeletePosition)));
        return new PartitionStorage(ledgers, acknowledged);
    }

    /** @param written as Pulsar writes a position, {@code <ledger>:<entry>} */
    private static Position position(String written) {
        String[] parts = written.split(":", -1);
        return new Position(Long.parseLong(parts[0]), Long.parseLong(parts[1]), BATCH);
    }
}
