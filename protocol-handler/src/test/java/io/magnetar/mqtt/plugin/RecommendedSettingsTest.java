package io.magnetar.mqtt.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.apache.pulsar.broker.ServiceConfiguration;
import org.junit.jupiter.api.Test;

class RecommendedSettingsTest {
    @Test
    void namesEachSettingThatAStockBrokerLacksWithItsEffect() {
        assertThat(RecommendedSettings.missing(new ServiceConfiguration()))
                .anyMatch(line -> line.startsWith("managedLedgerNewEntriesCheckDelayInMillis=0: a live reader"))
                .anyMatch(line -> line.startsWith("brokerEntryMetadataInterceptors="))
                .anyMatch(line -> line.startsWith("managedLedgerDefaultMarkDeleteRateLimit=1.0"))
                .anyMatch(line -> line.startsWith("topicCompactionRetainNullKey=true"));
    }

    @Test
    void isContentWithWhatTheStandaloneShips() {
        ServiceConfiguration broker = new ServiceConfiguration();
        broker.setManagedLedgerNewEntriesCheckDelayInMillis(0);
        broker.setBrokerEntryMetadataInterceptors(Set.of(
                "org.apache.pulsar.common.intercept.AppendBrokerTimestampMetadataInterceptor",
                "org.apache.pulsar.common.intercept.AppendIndexMetadataInterceptor"));
        broker.setExposingBrokerEntryMetadataToClientEnabled(true);
        broker.setAcknowledgmentAtBatchIndexLevelEnabled(true);
        broker.setTopicCompactionRetainNullKey(true);
        broker.setManagedLedgerDefaultMarkDeleteRateLimit(1.0);
        broker.setManagedLedgerCursorPositionFlushSeconds(1);

        assertThat(RecommendedSettings.missing(broker)).isEmpty();
    }
}
