package io.magnetar.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.bench.report.LatencySummary;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ComparisonTableTest {
    @Test
    void showsTheMedianAndTheSpreadOfTheRounds() {
        String table = ComparisonTable.of(List.of(
                sample(MqttLoad.PAIRS_QOS_0.title(), Comparison.MAGNETAR, 3_000_000, 0.5),
                sample(MqttLoad.PAIRS_QOS_0.title(), Comparison.MOSQUITTO, 100_000, 9.0),
                sample(MqttLoad.PAIRS_QOS_0.title(), Comparison.MAGNETAR, 1_000_000, 0.7),
                sample(MqttLoad.PAIRS_QOS_0.title(), Comparison.MOSQUITTO, 50_000, 11.0),
                sample(MqttLoad.PAIRS_QOS_0.title(), Comparison.MAGNETAR, 2_000_000, 0.6),
                sample(MqttLoad.PAIRS_QOS_0.title(), Comparison.MOSQUITTO, 80_000, 10.0)));

        assertThat(table)
                .contains("| 10 pairs, QoS 0 | Magnetar | 2,000,000 | 1,000,000 to 3,000,000 | 0.60 us |")
                .contains("| 10 pairs, QoS 0 | Mosquitto | 80,000 | 50,000 to 100,000 | 10.00 us |");
    }

    @Test
    void comparesRoundByRound() {
        String table = ComparisonTable.of(List.of(
                sample(Comparison.INGEST, Comparison.MAGNETAR, 60_000, null),
                sample(Comparison.INGEST, Comparison.PULSAR_PERF, 100_000, null),
                sample(Comparison.INGEST, Comparison.PULSAR_PERF, 200_000, null),
                sample(Comparison.INGEST, Comparison.MAGNETAR, 50_000, null)));

        assertThat(table)
                .contains(
                        "| ingest into 4 partitions: at least 0.80 times the rate of pulsar-perf | 0.60, 0.25 | 0.43 | no |");
    }

    @Test
    void namesTrouble() {
        Sample lossy = new Sample(
                Comparison.REPLAY,
                Comparison.MAGNETAR,
                70_000,
                new Costs(1.0, 12.4, 345_000_000L, 0.5),
                new LatencySummary(9, 1_500, 2_500, 3_500, 1),
                "3 lost");

        assertThat(ComparisonTable.of(List.of(lossy)))
                .contains("| 1.00 us | 12 B | 1.5, 2.5, 3.5 ms | 345 MB | 0.50 cores | 3 lost |");
    }

    private static Sample sample(String load, String system, double perSecond, @Nullable Double micros) {
        return new Sample(load, system, perSecond, new Costs(micros, null, null, null), null, "");
    }
}
