package io.magnetar.mqtt.owned;

import io.magnetar.stream.retention.LastNumbers;
import java.util.function.ToLongFunction;
import org.apache.pulsar.broker.service.BrokerService;

/**
 * The numbers that the broker in this process gave to the newest messages of its partitions, with those that are being written.
 *
 * <p>Thread: any.
 */
public final class OwnedNumbers implements ToLongFunction<String> {
    private final BrokerService broker;

    public OwnedNumbers(BrokerService broker) {
        this.broker = broker;
    }

    /** As {@link LastNumbers#now} answers. */
    @Override
    public long applyAsLong(String pulsarTopic) {
        return OwnedLedger.find(broker, pulsarTopic)
                .map(OwnedLedger::lastNumber)
                .orElse(LastNumbers.UNKNOWN);
    }
}
