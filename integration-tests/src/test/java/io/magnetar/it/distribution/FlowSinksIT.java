package io.magnetar.it.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import io.magnetar.it.client.Device;
import io.magnetar.sink.server.Influx1;
import io.magnetar.sink.server.KafkaBroker;
import io.magnetar.sink.server.QuestDb;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The sinks for InfluxDB and Kafka in the functions runtime of a standalone, made of the examples in {@code
 * pulsar-conf/sinks}, from MQTT clients to real servers. The standalone runs each sink in a process of its own; {@code
 * localrun} runs it as the thread runtime does, below the broker's own jars.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FlowSinksIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int MESSAGES = 200;

    private SinkStage stage;
    private QuestDb questDb;
    private KafkaBroker kafka;

    @BeforeAll
    void start() throws Exception {
        questDb = new QuestDb().start();
        kafka = new KafkaBroker("").start();
        stage = new SinkStage("sinks");
        stage.stream("readings", 2, "sensors/+/readings");
        stage.stream("lines", 1, "lines/#");
        stage.readings(0, MESSAGES);
    }

    @AfterAll
    void stop() throws Exception {
        kafka.close();
        questDb.close();
        stage.close(); // The last, for it is not there when the start has failed.
    }

    private Map<String, String> questDbOf(String name) {
        return Map.of(
                "http://127.0.0.1:9000",
                questDb.url() + "\n  username: " + QuestDb.USER + "\n  password: " + QuestDb.PASSWORD,
                "measurement: readings",
                "measurement: " + name.replace('-', '_'),
                "name: readings-to-questdb",
                "name: " + name);
    }

    private void awaitRows(String table) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(
                                questDb.rows("select count(), count_distinct(site), sum(count), max(temp) from " + table
                                        + " where device = 'station-1'"))
                        .isEqualTo("[[200,5,19900,199.5]]"));
    }

    @Test
    void aStreamIsATableOfQuestDb() throws Exception {
        stage.create(SinkExample.of("questdb", questDbOf("readings-to-questdb")));
        awaitRows("readings_to_questdb");
        await().atMost(PATIENCE).untilAsserted(() -> {
            JsonNode instance = stage.status("readings-to-questdb");
            assertThat(instance.path("running").asBoolean()).isTrue();
            assertThat(instance.path("numWrittenToSink").asInt()).isEqualTo(MESSAGES);
        });
    }

    @Test
    void aStreamIsATableBelowTheBrokersOwnJars() throws Exception {
        Path example = SinkExample.of("questdb", questDbOf("local-run"));
        String nar = Launcher.home()
                .resolve("sinks/influxdb/target/magnetar-sink-influxdb-0.1.0.nar")
                .toString();
        Process run = new ProcessBuilder(
                        stage.standalone().home().resolve("bin/pulsar-admin").toString(),
                        "sinks",
                        "localrun",
                        "--archive",
                        nar,
                        "--sink-config-file",
                        example.toString(),
                        "--broker-service-url",
                        stage.standalone().serviceUrl())
                .redirectErrorStream(true)
                .redirectOutput(Path.of("target/sinks-localrun.log").toFile())
                .start();
        try {
            awaitRows("local_run");
        } finally {
            run.descendants().forEach(ProcessHandle::destroyForcibly);
            run.destroyForcibly();
        }
    }

    @Test
    void linesOfDevicesReachInfluxDbAndBadOnesTheDeadLetterTopic() throws Exception {
        Peers.require(Influx1.PROGRAM);
        try (Influx1 influx = new Influx1().start()) {
            linesReach(influx);
        }
    }

    private void linesReach(Influx1 influx) throws Exception {
        try (Device device = Device.connect(stage.standalone().mqttPort(), "gateway")) {
            device.publish(
                    "lines/a",
                    "cpu,host=a usage=0.5 1700000000000\nmem,host=a used=7i 1700000000001",
                    MqttQos.AT_LEAST_ONCE);
            device.publish("lines/a", "cpu,host=a usage=", MqttQos.AT_LEAST_ONCE);
            device.publish("lines/a", "cpu,host=b usage=0.7 1700000000002", MqttQos.AT_LEAST_ONCE);
        }
        stage.create(SinkExample.of("influxdb1", Map.of("http://127.0.0.1:8086", influx.url())));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(influx.query("select * from cpu, mem"))
                        .contains(
                                "[1700000000000000000,\"a\",0.5",
                                "[1700000000002000000,\"b\",0.7",
                                "[1700000000001000000,\"a\""));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(stage.admin("topics", "stats", "persistent://public/default/bad-lines"))
                        .contains("\"msgInCounter\" : 1"));
    }

    @Test
    void aStreamIsAKafkaTopicWithItsOrder() throws Exception {
        try (Admin client = Admin.create(Map.of("bootstrap.servers", kafka.servers()))) {
            client.createTopics(List.of(new NewTopic("readings", Optional.of(3), Optional.empty())))
                    .all()
                    .get();
        }
        stage.create(SinkExample.of("kafka", Map.of("127.0.0.1:9092", kafka.servers() + "\n  compression: none")));
        Map<String, Object> configuration =
                Map.of("bootstrap.servers", kafka.servers(), "group.id", "test", "auto.offset.reset", "earliest");
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(configuration, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of("readings"));
            await().atMost(PATIENCE).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
                return records.size() >= MESSAGES;
            });
        }
        assertThat(records).hasSize(MESSAGES);
        for (int site = 0; site < 5; site++) {
            String topic = "sensors/s" + site + "/readings";
            List<Integer> counts = records.stream()
                    .filter(record -> topic.equals(new String(
                            record.headers().lastHeader("mqtt.topic").value(),
                            java.nio.charset.StandardCharsets.UTF_8)))
                    .map(record -> Integer.valueOf(record.value().replaceAll(".*\"count\":(\\d+).*", "$1")))
                    .toList();
            assertThat(counts).hasSize(MESSAGES / 5).isSorted();
        }
    }
}
