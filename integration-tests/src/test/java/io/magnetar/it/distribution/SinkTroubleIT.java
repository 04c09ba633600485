package io.magnetar.it.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import io.magnetar.it.client.Device;
import io.magnetar.sink.server.QuestDb;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What an admin sees of sinks that cannot do their work, each in a process of its own, and that nothing is lost meanwhile. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SinkTroubleIT {
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private QuestDb questDb;
    private SinkStage stage;

    @BeforeAll
    void start() throws Exception {
        questDb = new QuestDb().start();
        stage = new SinkStage("sink-trouble");
        stage.stream("readings", 2, "sensors/+/readings");
        stage.stream("lines", 1, "lines/#");
    }

    @AfterAll
    void stop() throws Exception {
        questDb.close();
        stage.close(); // The last, for it is not there when the start has failed.
    }

    private void create(String name, String password, Map<String, String> more) throws Exception {
        Map<String, String> replaced = new HashMap<>(more);
        replaced.put(
                "http://127.0.0.1:9000",
                questDb.url() + "\n  username: " + QuestDb.USER + "\n  password: " + password
                        + "\n  requestTimeout: 2s");
        replaced.put("measurement: readings", "measurement: " + name);
        replaced.put("name: readings-to-questdb", "name: " + name);
        stage.create(SinkExample.of("questdb", replaced));
    }

    private void awaitReason(String sink, String... parts) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(stage.reasons(sink))
                        .anySatisfy(reason -> assertThat(reason).contains(parts)));
    }

    @Test
    void theStatusTellsWhatIsWrongWithAConfigurationAndAnUpdateMendsIt() throws Exception {
        stage.readings(0, 10);
        create("wrong", QuestDb.PASSWORD, Map.of("  tags:", "  measurment: typo\n  maxDelay: forever\n  tags:"));
        awaitReason(
                "wrong",
                "measurment: there is no such key; measurement may be meant",
                "maxDelay: it must be a time with its unit");
        assertThat(stage.status("wrong").path("numWrittenToSink").asInt()).isZero();
        assertThat(questDb.rows("select count() from tables() where table_name = 'wrong'"))
                .isEqualTo("[[0]]");
        stage.delete("wrong");
        create("wrong", QuestDb.PASSWORD, Map.of());
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(questDb.rows("select count_distinct(count) from wrong where count < 10"))
                                .isEqualTo("[[10]]"));
        stage.delete("wrong");
    }

    @Test
    void theStatusTellsThatTheServerRefusesThePassword() throws Exception {
        create("refused", "guessed", Map.of());
        awaitReason("refused", "401", "look at the token, or user and password");
        assertThat(stage.reasons("refused"))
                .noneSatisfy(reason -> assertThat(reason).contains("guessed"));
        stage.delete("refused");
    }

    @Test
    void theStatusTellsOfABadRecordThatNothingPasses() throws Exception {
        try (Device device = Device.connect(stage.standalone().mqttPort(), "gateway")) {
            device.publish("lines/a", "cpu,host=a usage=", MqttQos.AT_LEAST_ONCE);
        }
        stage.create(SinkExample.of(
                "influxdb1",
                Map.of(
                        "http://127.0.0.1:8086",
                        questDb.url(),
                        "preset: influxdb1",
                        "preset: questdb",
                        "  database: plant\n",
                        "",
                        "username: admin",
                        "username: " + QuestDb.USER,
                        "password: secret",
                        "password: " + QuestDb.PASSWORD,
                        "onBadRecord: dead-letter\n  deadLetterTopic: persistent://public/default/bad-lines",
                        "onBadRecord: fail")));
        awaitReason("lines-to-influxdb1", "bad record at ", " of persistent://public/streams/lines-partition-0: ");
        stage.delete("lines-to-influxdb1");
    }

    @Test
    void aServerThatIsKilledAndOneThatHangsCostNothing() throws Exception {
        create("steady", QuestDb.PASSWORD, Map.of());
        stage.readings(1_000, 1_100);
        awaitCounts(1_000, 1_100);

        questDb.process().kill();
        stage.readings(1_100, 1_200);
        awaitReason("steady", "writing points: cannot reach " + questDb.url());
        questDb.start();
        awaitCounts(1_000, 1_200);

        questDb.process().hang();
        stage.readings(1_200, 1_300);
        awaitReason("steady", "no answer from " + questDb.url() + " within 2000 ms");
        questDb.process().goOn();
        awaitCounts(1_000, 1_300);

        assertThat(stage.status("steady").path("numRestarts").asInt()).isZero();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(
                                stage.status("steady").path("numWrittenToSink").asInt())
                        .isGreaterThanOrEqualTo(300));
        stage.delete("steady");
    }

    private void awaitCounts(int from, int to) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(questDb.rows("select count_distinct(count) from steady where count >= "
                                + from + " and count < " + to))
                        .isEqualTo("[[" + (to - from) + "]]"));
    }
}
