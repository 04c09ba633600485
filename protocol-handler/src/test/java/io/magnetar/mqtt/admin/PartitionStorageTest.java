package io.magnetar.mqtt.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.mqtt.admin.PartitionStorage.Ledger;
import io.magnetar.stream.Position;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PartitionStorageTest {
    private static final List<Ledger> LEDGERS =
            List.of(new Ledger(3, 10, 100), new Ledger(5, 10, 200), new Ledger(8, 4, 400));

    private static long held(Position acknowledged, long firstKept) {
        return new PartitionStorage(LEDGERS, Map.of("audit", acknowledged)).heldBytes("audit", firstKept);
    }

    @Test
    void aSubscriptionHoldsTheLedgersThatItIsNotThroughWith() {
        assertThat(held(new Position(3, -1, -1), 8)).isEqualTo(300);
        assertThat(held(new Position(3, 8, -1), 8)).isEqualTo(300);
        assertThat(held(new Position(3, 9, -1), 8)).as("all of the first").isEqualTo(200);
        assertThat(held(new Position(5, 9, -1), 8)).isZero();
    }

    @Test
    void whatTheStreamKeepsAnywayNobodyHolds() {
        assertThat(held(new Position(3, -1, -1), 3)).isZero();
        assertThat(held(new Position(3, -1, -1), 5)).isEqualTo(100);
        assertThat(new PartitionStorage(LEDGERS, Map.of()).heldBytes("audit", 8))
                .as("one that has no part in the partition")
                .isZero();
    }

    @Test
    void theLastBytesBeginInALedger() {
        PartitionStorage storage = new PartitionStorage(LEDGERS, Map.of());
        assertThat(storage.firstWithin(0)).isEqualTo(8);
        assertThat(storage.firstWithin(400)).isEqualTo(8);
        assertThat(storage.firstWithin(401)).isEqualTo(5);
        assertThat(storage.firstWithin(601)).isEqualTo(3);
        assertThat(storage.firstWithin(Long.MAX_VALUE)).isEqualTo(3);
        assertThat(new PartitionStorage(List.of(), Map.of()).firstWithin(1)).isZero();
    }

    @Test
    void addsUpItsLedgers() {
        assertThat(new PartitionStorage(LEDGERS, Map.of()).bytes()).isEqualTo(700);
        assertThat(new PartitionStorage(LEDGERS, Map.of()).current()).isEqualTo(8);
    }
}
