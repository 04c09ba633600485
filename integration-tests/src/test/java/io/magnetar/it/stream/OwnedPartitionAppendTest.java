package io.magnetar.it.stream;

import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.mqtt.owned.PulsarOwnedPartitions;
import io.magnetar.stream.append.OwnedPartitions;

/** Appending to partitions that the broker in this JVM owns: all that holds through the client holds here. */
class OwnedPartitionAppendTest extends StreamAppendTest {
    @Override
    OwnedPartitions owned(EmbeddedPulsar pulsar) {
        return new PulsarOwnedPartitions(pulsar.broker().getBrokerService());
    }
}
