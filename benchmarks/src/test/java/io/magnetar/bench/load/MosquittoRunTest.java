package io.magnetar.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.magnetar.bench.compare.Mosquitto;
import io.magnetar.bench.load.ReplayRun.Replay;
import io.magnetar.bench.load.Workload.Distribution;
import io.magnetar.bench.load.Workload.MessageKind;
import io.magnetar.bench.load.Workload.Pace;
import io.magnetar.bench.load.Workload.Shape;
import io.magnetar.bench.report.Probe;
import io.magnetar.bench.report.RunReport;
import io.magnetar.bench.wire.MqttVersion;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole runs against a real broker of another project; runs where Mosquitto is installed. */
class MosquittoRunTest {
    @TempDir
    Path directory = Path.of("");

    private @Nullable Mosquitto mosquitto;

    @BeforeEach
    void start() throws Exception {
        assumeTrue(Mosquitto.isInstalled(), "mosquitto is not installed");
        mosquitto = Mosquitto.start(directory);
    }

    @AfterEach
    void stop() {
        if (mosquitto != null) {
            mosquitto.close();
        }
    }

    @ParameterizedTest
    @CsvSource({"V3_1_1, 0", "V3_1_1, 1", "V3_1_1, 2", "V5, 0", "V5, 1", "V5, 2"})
    void everythingSentInPairsArrivesOnceAndInOrder(MqttVersion version, int qos) throws Exception {
        RunReport report = run(version, new Shape("pairs", 3, 3, Distribution.PAIRED), qos, 0);

        assertThat(report.traffic().receivedPerSecond()).isPositive();
        assertThat(report.deliveries().received()).isPositive();
        assertThat(report.deliveries())
                .isEqualTo(new Accounting(report.deliveries().received(), 0, 0, 0));
        assertThat(report.trouble()).isEqualTo(new RunReport.Trouble(0, 0, 0, 0));
        assertThat(report.latencies().endToEndMicros().count()).isPositive();
        assertThat(report.latencies().acknowledgementMicros().count() > 0).isEqualTo(qos > 0);
    }

    @Test
    void everySubscriberOfAFanOutGetsEverything() throws Exception {
        RunReport report = run(MqttVersion.V3_1_1, new Shape("fanout", 2, 5, Distribution.TO_EACH), 1, 1_000);

        long sentInAll = report.deliveries().received() / 5;
        assertThat(report.deliveries()).isEqualTo(new Accounting(5 * sentInAll, 0, 0, 0));
        assertThat(sentInAll).isPositive();
        assertThat(report.traffic().receivedPerSecond())
                .isGreaterThan(report.traffic().sentPerSecond());
    }

    @Test
    void aFixedRateIsNotExceeded() throws Exception {
        RunReport report = run(MqttVersion.V5, new Shape("fanin", 7, 1, Distribution.TO_EACH), 0, 700);

        assertThat(report.traffic().sentPerSecond()).isBetween(350.0, 710.0);
        assertThat(report.deliveries().lost()).isZero();
    }

    @Test
    void ingestCountsAcknowledgements() throws Exception {
        RunReport report = run(MqttVersion.V5, new Shape("stream-ingest", 20, 0, Distribution.TO_EACH), 1, 500);

        assertThat(report.rate()).isBetween(250.0, 600.0);
        assertThat(report.trouble().unacknowledged()).isZero();
    }

    @Test
    void aGroupGetsEachMessageOnceAmongItsMembers() throws Exception {
        RunReport report = run(MqttVersion.V5, new Shape("shared", 5, 3, Distribution.SHARED), 1, 500);

        assertThat(report.deliveries().lost()).isZero();
        assertThat(report.deliveries().duplicates()).isZero();
        assertThat(report.traffic().receivedPerSecond()).isBetween(250.0, 600.0);
    }

    @ParameterizedTest
    @EnumSource
    void durableSubscribersLeaveNoSessionBehind(MqttVersion version) throws Exception {
        Workload durable = new Workload(
                new Shape("pairs", 2, 2, Distribution.PAIRED),
                "bench/%r/%d",
                new MessageKind(1, 64, true),
                new Pace(500, 20, 50),
                Duration.ofMillis(100),
                Duration.ofSeconds(1),
                2);

        RunReport report = new LiveRun(broker(version), durable).run(new Probe(null));

        assertThat(report.promisesKept()).isTrue();
        assertThat(report.traffic().receivedPerSecond()).isBetween(250.0, 600.0);
    }

    @Test
    void replayEndsWhenNothingComes() throws Exception {
        Replay replay = new Replay("quiet/+", 2, 0, 10, 0, Duration.ofMillis(200), Duration.ofSeconds(20), 1);

        RunReport report = new ReplayRun(broker(MqttVersion.V3_1_1), replay).run(new Probe(null));

        assertThat(report.deliveries()).isEqualTo(Accounting.NONE);
    }

    @Test
    void aBrokerThatIsNotThereIsNamed() throws Exception {
        int closedPort;
        try (ServerSocket socket = new ServerSocket(0)) {
            closedPort = socket.getLocalPort();
        }
        Broker nobody = new Broker(new InetSocketAddress(InetAddress.getLoopbackAddress(), closedPort), MqttVersion.V5);
        LiveRun run = new LiveRun(nobody, workload(new Shape("pairs", 1, 1, Distribution.PAIRED), 0, 0));

        assertThatThrownBy(() -> run.run(new Probe(null)))
                .isInstanceOf(BrokerRefused.class)
                .hasMessageContaining(":" + closedPort);
    }

    private RunReport run(MqttVersion version, Shape shape, int qos, long rate) throws Exception {
        return new LiveRun(broker(version), workload(shape, qos, rate)).run(new Probe(null));
    }

    private static Workload workload(Shape shape, int qos, long rate) {
        return new Workload(
                shape,
                "bench/%r/%d",
                new MessageKind(qos, 64, false),
                new Pace(rate, 20, 50),
                Duration.ofMillis(100),
                Duration.ofSeconds(1),
                2);
    }

    private Broker broker(MqttVersion version) {
        if (mosquitto == null) {
            throw new IllegalStateException("not started");
        }
        return new Broker(mosquitto.address(), version);
    }
}
