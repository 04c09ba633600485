package io.magnetar.mqtt.owned;

import io.magnetar.stream.retention.LastNumbers;
import java.util.concurrent.CompletableFuture;
import org.apache.pulsar.broker.service.BrokerService;

/**
 * The numbers of the newest messages that the broker in this process has stored in its partitions. Of others it knows nothing.
 *
 * <p>Thread: any.
 */
public final class OwnedNumbers implements LastNumbers {
    private final BrokerService broker;

    public OwnedNumbers(BrokerService broker) {
        this.broker = broker;
    }

    @Override
    public long now(String pulsarTopic) {
        return OwnedLedger.find(broker, pulsarTopic)
                .map(OwnedLedger::storedNumberNow)
                .orElse(UNKNOWN);
    }

    /** Completes with {@link #UNKNOWN} when the partition is elsewhere, too. */
    @Override
    public CompletableFuture<Long> of(String pulsarTopic) {
        return OwnedLedger.find(broker, pulsarTopic)
                .map(OwnedLedger::storedNumber)
                .orElseGet(() -> CompletableFuture.completedFuture(UNKNOWN));
    }
}
