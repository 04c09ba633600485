package io.magnetar.it.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscribe;
import io.magnetar.it.client.Device;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.pulsar.client.admin.PulsarAdmin;
import org.apache.pulsar.client.admin.PulsarAdminException;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.MessageIdAdv;
import org.apache.pulsar.common.policies.data.ManagedLedgerInternalStats.LedgerInfo;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Pulsar's filesystem offloader moves the closed ledgers of a stream out of BookKeeper, and nobody who replays it notices, neither
 * meanwhile nor afterwards.
 */
class TieredStorageIT {
    private static final String NAMESPACE = "public/streams";
    private static final int DEVICES = 10;
    private static final int EACH = 1_000;
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stopThreads() {
        threads.shutdownNow();
    }

    @Test
    void replaysWhatLiesInAnotherStorage() throws Exception {
        Path files = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "offloaded-");
        try (Standalone standalone = new Standalone("tiered-storage", settings(files)).start();
                PulsarAdmin admin = PulsarAdmin.builder()
                        .serviceHttpUrl(standalone.adminUrl())
                        .build()) {
            StreamRound round = new StreamRound(standalone, "cold", DEVICES, EACH);
            round.publish(threads).get(PATIENCE.toMinutes(), TimeUnit.MINUTES);

            try (Device inTheMiddle = Device.connect(standalone.mqttPort(), "in-the-middle")) {
                inTheMiddle.subscribe(slowReplay(round));
                admin.namespaces().setOffloadDeleteLag(NAMESPACE, 0, TimeUnit.MILLISECONDS);
                for (String partition : round.pulsarPartitions()) {
                    MessageId last = admin.topics().getLastMessageId(partition);
                    admin.topics().triggerOffload(partition, last);
                }
                await(() -> isOffloaded(admin, round, standalone.logText()));
                StreamAccount account = round.account();
                for (int i = 0; i < round.messages(); i++) {
                    Mqtt5Publish publish = inTheMiddle.next();
                    account.take(publish.getTopic().toString(), publish.getPayloadAsBytes());
                }
                account.verify(round.publishers());
            }
            try (Stream<Path> offloaded = Files.walk(files)) {
                assertThat(offloaded.filter(Files::isRegularFile)).isNotEmpty();
            }

            standalone.stop();
            standalone.start();
            StreamAccount account = round.account();
            try (ResumingReader reader = ResumingReader.open(
                    standalone.mqttPort(), "afterwards", "$s/earliest/" + round.filter(), account)) {
                await(account::isWhole);
            }
            account.verify(round.publishers());
            round.verifyWhatIsKept();
        }
    }

    private static String[] settings(Path files) {
        return new String[] {
            "--no-functions",
            "--offloaders",
            Path.of("target/offloaders").toAbsolutePath().toString(),
            "--set",
            "managedLedgerOffloadDriver=filesystem",
            "--set",
            "fileSystemURI=" + files.toUri(),
            "--set",
            "managedLedgerMaxEntriesPerLedger=10",
            "--set",
            "managedLedgerMinLedgerRolloverTimeMinutes=0"
        };
    }

    /** A replay that is under way for longer than the offload takes. */
    private static Mqtt5Subscribe slowReplay(StreamRound round) {
        return Mqtt5Subscribe.builder()
                .topicFilter("$s/earliest/" + round.filter())
                .qos(MqttQos.AT_LEAST_ONCE)
                .userProperties()
                .add("stream-rate", "500")
                .applyUserProperties()
                .build();
    }

    /** Whether BookKeeper has nothing but what no offload takes: the ledger of the last message, and an empty one after it. */
    private static boolean isOffloaded(PulsarAdmin admin, StreamRound round, String log) throws PulsarAdminException {
        boolean offloaded = true;
        for (String partition : round.pulsarPartitions()) {
            admin.topics().trimTopic(partition);
            List<LedgerInfo> ledgers = admin.topics().getInternalStats(partition, false).ledgers;
            long last = ((MessageIdAdv) admin.topics().getLastMessageId(partition)).getLedgerId();
            List<LedgerInfo> before =
                    ledgers.stream().filter(ledger -> ledger.ledgerId < last).toList();
            assertThat(before).as("ledgers of %s before %s", partition, last).isNotEmpty();
            for (LedgerInfo closed : before) {
                // No API tells that the copy in BookKeeper is gone.
                offloaded &= closed.offloaded
                        && log.contains("invalidated offloaded ledger " + closed.ledgerId + " from bookkeeper");
            }
        }
        return offloaded;
    }

    private static void await(Callable<Boolean> condition) {
        Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(200)).until(condition);
    }
}
