package io.magnetar.mqtt.plugin;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.pulsar.broker.ServiceConfiguration;

/**
 * Settings of the broker that Magnetar is better with. Streams are right without them; an operator is told what each missing one
 * costs. Stateless.
 */
final class RecommendedSettings {
    private static final String TIMESTAMP_INTERCEPTOR =
            "org.apache.pulsar.common.intercept.AppendBrokerTimestampMetadataInterceptor";

    private static final String INDEX_INTERCEPTOR = "org.apache.pulsar.common.intercept.AppendIndexMetadataInterceptor";

    private RecommendedSettings() {}

    /** A line for each setting that is missing: what it is and what is worse without it. */
    static List<String> missing(ServiceConfiguration broker) {
        List<String> missing = new ArrayList<>();
        if (broker.getManagedLedgerNewEntriesCheckDelayInMillis() > 0) {
            missing.add("managedLedgerNewEntriesCheckDelayInMillis=0: a live reader of a stream sees a message up to "
                    + broker.getManagedLedgerNewEntriesCheckDelayInMillis() + " ms later");
        }
        Set<String> interceptors = broker.getBrokerEntryMetadataInterceptors();
        if (!interceptors.contains(TIMESTAMP_INTERCEPTOR) || !broker.isExposingBrokerEntryMetadataToClientEnabled()) {
            missing.add("brokerEntryMetadataInterceptors=" + TIMESTAMP_INTERCEPTOR
                    + " and exposingBrokerEntryMetadataToClientEnabled=true: messages that are produced with the Pulsar API are"
                    + " replayed by their producer's clock");
        }
        if (!interceptors.contains(INDEX_INTERCEPTOR) || !broker.isExposingBrokerEntryMetadataToClientEnabled()) {
            missing.add("brokerEntryMetadataInterceptors=" + INDEX_INTERCEPTOR
                    + " and exposingBrokerEntryMetadataToClientEnabled=true: messages have no numbers, so there is no 'last-N',"
                    + " and mqtt.max-messages has no effect");
        }
        if (!broker.isAcknowledgmentAtBatchIndexLevelEnabled()) {
            missing.add(
                    "acknowledgmentAtBatchIndexLevelEnabled=true: a Pulsar consumer that has acknowledged half of a batch"
                            + " gets all of it again");
        }
        double rate = broker.getManagedLedgerDefaultMarkDeleteRateLimit();
        if ((rate > 0 && rate < 1) || broker.getManagedLedgerCursorPositionFlushSeconds() > 1) {
            missing.add(
                    "managedLedgerDefaultMarkDeleteRateLimit=1.0 and managedLedgerCursorPositionFlushSeconds=1: after the sudden"
                            + " death of a broker, groups that share streams get again what they acknowledged before its last two"
                            + " seconds");
        }
        if (!broker.isTopicCompactionRetainNullKey()) {
            missing.add(
                    "topicCompactionRetainNullKey=true: messages without a key that are produced with the Pulsar API are gone"
                            + " from last-value streams after compaction");
        }
        return missing;
    }
}
