package io.magnetar.it.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.it.pulsar.PulsarExtension;
import io.magnetar.log.CompactedLog;
import io.magnetar.log.PulsarCompactedLog;
import io.magnetar.log.PulsarCompactedLogs;
import io.magnetar.mqtt.owned.PulsarOwnedPartitions;
import io.magnetar.stream.append.AppendSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.admin.LongRunningProcessStatus;
import org.apache.pulsar.common.policies.data.AutoTopicCreationOverride;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(PulsarExtension.class)
class PulsarCompactedLogTest extends CompactedLogContract {
    private final EmbeddedPulsar pulsar;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final List<PulsarCompactedLogs> opened = new ArrayList<>();
    private String topic = "";

    PulsarCompactedLogTest(EmbeddedPulsar pulsar) {
        this.pulsar = pulsar;
    }

    @BeforeEach
    void newTenant() throws Exception {
        topic = "persistent://" + pulsar.newTenant() + "/streams/log";
    }

    @AfterEach
    void close() throws Exception {
        for (PulsarCompactedLogs logs : opened) {
            logs.close().get(30, TimeUnit.SECONDS);
        }
        timer.shutdownNow();
    }

    @Override
    CompactedLog log() throws Exception {
        return create(PulsarCompactedLogs.NOT_PARTITIONED);
    }

    private PulsarCompactedLog create(int partitions) throws Exception {
        if (partitions == PulsarCompactedLogs.NOT_PARTITIONED) {
            pulsar.admin().topics().createNonPartitionedTopic(topic);
        } else {
            pulsar.admin().topics().createPartitionedTopic(topic, partitions);
        }
        return open("writer", partitions);
    }

    private PulsarCompactedLog open(String writer, int partitions) {
        PulsarCompactedLogs logs = new PulsarCompactedLogs(
                pulsar.client(),
                new PulsarOwnedPartitions(pulsar.broker().getBrokerService()),
                new AppendSettings(writer, 30_000, 1 << 20, 2),
                timer);
        opened.add(logs);
        return logs.open(topic, partitions);
    }

    private void compact(String pulsarTopic) throws Exception {
        pulsar.admin().topics().triggerCompaction(pulsarTopic);
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> pulsar.admin().topics().compactionStatus(pulsarTopic).status
                        == LongRunningProcessStatus.Status.SUCCESS);
    }

    @ParameterizedTest
    @ValueSource(ints = {PulsarCompactedLogs.NOT_PARTITIONED, 3})
    void readsTheSameBeforeAndAfterCompaction(int partitions) throws Exception {
        PulsarCompactedLog log = create(partitions);
        List<String> appended = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            appended.add("key-" + i % 50 + "=" + i);
        }
        appended.add("key-1=");
        appended.add("key-2=");
        appendAll(log, appended);
        List<String> before = follow(log).values();
        assertThat(before).hasSize(48);
        if (partitions == 0) {
            compact(topic);
        } else {
            for (int partition = 0; partition < partitions; partition++) {
                compact(topic + "-partition-" + partition);
            }
        }

        Newest compacted = follow(log);
        assertThat(compacted.values()).isEqualTo(before);
        assertThat(compacted.records()).as("what is outdated is not read").hasSizeLessThan(200);

        appendAll(log, List.of("key-1=new", "key-3=", "key-4=newest"));
        Awaitility.await()
                .untilAsserted(() -> assertThat(compacted.values())
                        .hasSize(48)
                        .contains("key-1=new", "key-4=newest")
                        .doesNotContain("key-3=953"));
        assertThat(follow(log).values()).isEqualTo(compacted.values());
    }

    @Test
    void loadsALogOfWhichCompactionHasLeftNothing() throws Exception {
        CompactedLog log = log();
        appendAll(log, List.of("a=1", "b=2", "a=", "b="));
        compact(topic);

        Newest newest = follow(log);
        assertThat(newest.values()).isEmpty();
        appendAll(log, List.of("c=3"));
        Awaitility.await().untilAsserted(() -> assertThat(newest.values()).containsExactly("c=3"));
    }

    @Test
    void goesOnWhereItWasWhenItsTopicMoves() throws Exception {
        CompactedLog log = log();
        appendAll(log, List.of("a=1", "b=2"));
        compact(topic);
        Newest newest = follow(log);

        for (int i = 0; i < 5; i++) {
            pulsar.admin().topics().unload(topic);
            appendAll(log, List.of("a=" + i, "c=" + i));
        }

        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(newest.values()).containsExactly("a=4", "b=2", "c=4"));
        assertThat(newest.textsOf("c")).as("each once, in order").containsExactly("0", "1", "2", "3", "4");
    }

    @Test
    void givesTwoBrokersOneOrder() throws Exception {
        PulsarCompactedLog one = create(PulsarCompactedLogs.NOT_PARTITIONED);
        PulsarCompactedLog two = open("another-writer", PulsarCompactedLogs.NOT_PARTITIONED);
        Newest atOne = follow(one);
        Newest atTwo = follow(two);

        for (int i = 0; i < 200; i++) {
            var unused = append(i % 2 == 0 ? one : two, "contended", Integer.toString(i));
        }

        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(atOne.records()).hasSize(200));
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(atTwo.textsOf("contended")).isEqualTo(atOne.textsOf("contended")));
    }

    @Test
    void failsToFollowWhatDoesNotExist() throws Exception {
        PulsarCompactedLog log = create(PulsarCompactedLogs.NOT_PARTITIONED);
        pulsar.admin()
                .namespaces()
                .setAutoTopicCreation(
                        topic.replace("persistent://", "").replace("/log", ""),
                        AutoTopicCreationOverride.builder()
                                .allowAutoTopicCreation(false)
                                .build());
        pulsar.admin().topics().delete(topic);

        assertThat(log.follow(record -> {})).failsWithin(Duration.ofSeconds(60));
    }
}
