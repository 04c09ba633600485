package io.magnetar.it.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.PahoPayloads;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.pulsar.client.admin.PulsarAdmin;
import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.SubscriptionInitialPosition;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The launcher's standalone as the README's tour uses it, with the functions worker on. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StandaloneIT {
    private static final String FORGOTTEN = "persistent://public/default/forgotten";

    private final Standalone standalone;

    StandaloneIT() throws Exception {
        // Pulsar looks for what is idle, and for what nobody is to keep, every few seconds and not every one or two
        // minutes.
        standalone = new Standalone(
                "standalone",
                "--set",
                "brokerDeleteInactiveTopicsFrequencySeconds=3",
                "--set",
                "retentionCheckIntervalInSeconds=3");
    }

    @BeforeAll
    void start() throws Exception {
        standalone.start();
    }

    @AfterAll
    void stop() throws Exception {
        standalone.close();
    }

    @Test
    void printsReadyWithAllAddresses() throws Exception {
        assertThat(standalone.console())
                .contains("READY")
                .contains(Integer.toString(standalone.mqttPort()))
                .contains(standalone.serviceUrl().substring("pulsar://127.0.0.1".length()))
                .contains(standalone.adminUrl().substring("http://127.0.0.1".length()));
    }

    @Test
    void servesMosquittoWithAStreamMadeByPulsarAdminAndShowsItToPulsarClient() throws Exception {
        Peers.require("mosquitto_pub");
        Peers.require("mosquitto_sub");
        standalone.magnetar(
                "pulsar-admin",
                "topics",
                "create-partitioned-topic",
                "persistent://public/streams/readings",
                "-p",
                "4",
                "-m",
                "mqtt.filter=sensors/+/readings",
                "-m",
                "mqtt.key=client-id");
        standalone.status().awaitStream("readings");
        String port = Integer.toString(standalone.mqttPort());

        for (String version : List.of("mqttv311", "mqttv5")) {
            run(
                    "mosquitto_pub",
                    "-p",
                    port,
                    "-V",
                    version,
                    "-i",
                    version,
                    "-q",
                    "1",
                    "-t",
                    "sensors/1/readings",
                    "-m",
                    version);
        }

        for (String version : List.of("mqttv311", "mqttv5")) {
            for (String qos : List.of("0", "1", "2")) {
                String printed = run(
                        "mosquitto_sub",
                        "-p",
                        port,
                        "-V",
                        version,
                        "-q",
                        qos,
                        "-C",
                        "2",
                        "-W",
                        "20",
                        "-t",
                        "$s/earliest/sensors/+/readings",
                        "-F",
                        "%t %p");
                assertThat(printed.lines())
                        .containsExactlyInAnyOrder("sensors/1/readings mqttv311", "sensors/1/readings mqttv5");
            }
        }
        String consumed = standalone.magnetar(
                "pulsar-client",
                "consume",
                "-n",
                "2",
                "-s",
                "audit",
                "-p",
                "Earliest",
                "persistent://public/streams/readings");
        assertThat(consumed).contains("key:[mqttv311]").contains("key:[mqttv5]").contains("content:mqttv5");
    }

    @Test
    void refusesMosquittoAStreamThatDoesNotExist() throws Exception {
        Peers.require("mosquitto_sub");
        for (String version : List.of("mqttv311", "mqttv5")) {
            String printed = run(
                    "mosquitto_sub",
                    "-p",
                    Integer.toString(standalone.mqttPort()),
                    "-V",
                    version,
                    "-q",
                    "1",
                    "-W",
                    "5",
                    "-t",
                    "$s/earliest/no/such/stream");

            assertThat(printed).contains("All subscription requests were denied");
        }
    }

    @Test
    void writesThePacketsOfAClientToAFileWhenTheOperatorWantsIt() throws Exception {
        String clientId = "robot 1 & \u00fc";
        Path file = Path.of(standalone
                .magnetar("trace", "start", clientId, "--seconds", "60", "--payload", "text")
                .strip());
        try (Device device = Device.connect(standalone.mqttPort(), clientId)) {
            device.publish("traced/by/launcher", "seen", MqttQos.AT_LEAST_ONCE);
        }

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(Files.readString(file))
                        .contains("topic=\"traced/by/launcher\" payload_size=4 payload=\"seen\""));
        assertThat(standalone.magnetar("trace", "list").lines()).containsExactly(file.toString());
        assertThat(standalone.magnetar("trace", "stop", clientId)).isEqualTo("ended\n");
        assertThat(standalone.magnetar("trace", "list")).isEmpty();
        assertThat(catchThrowable(() -> standalone.magnetar("trace", "stop", clientId)))
                .hasMessageContaining("magnetar: This client is not traced.");
        assertThat(catchThrowable(() -> standalone.magnetar("trace", "start", clientId, "--seconds", "0")))
                .hasMessageContaining("magnetar: seconds is a number from 1 to 86400");
    }

    @Test
    void doesNotStartWithABadConfigurationAndNamesAllThatIsWrongWithIt() throws Exception {
        try (Standalone refused = new Standalone(
                "bad-configuration", "--no-functions", "--set", "mqttMaxPacketSize=huge", "--set", "mqttColour=red")) {
            Throwable failure = catchThrowable(refused::start);

            assertThat(failure)
                    .hasStackTraceContaining("mqttMaxPacketSize=huge")
                    .hasStackTraceContaining("mqttColour");
        }
    }

    @Test
    void replaysToHiveMqAndPahoAndShowsPulsarTheSameMessagesWithTheSameKeys() throws Exception {
        createStream("clients", "clients/#");
        List<String> replayed = new ArrayList<>();
        try (Device hiveMq = Device.connect(standalone.mqttPort(), "hivemq");
                MqttClient paho =
                        new MqttClient("tcp://127.0.0.1:" + standalone.mqttPort(), "paho", new MemoryPersistence())) {
            paho.connect();
            BlockingQueue<String> atPaho = new LinkedBlockingQueue<>();
            hiveMq.publish("clients/a", "1", MqttQos.AT_LEAST_ONCE);
            paho.publish("clients/b", "2".getBytes(UTF_8), 2, false);
            paho.setCallback(new PahoPayloads(atPaho));

            hiveMq.subscribe("$s/earliest/clients/#", MqttQos.AT_LEAST_ONCE);
            paho.subscribe("$s/latest/clients/#", 1);
            hiveMq.publish("clients/a", "3", MqttQos.AT_LEAST_ONCE);

            for (int i = 0; i < 3; i++) {
                Mqtt5Publish publish = hiveMq.next();
                replayed.add(Device.userProperty(publish, "key") + " " + Device.userProperty(publish, "ts") + " "
                        + Device.text(publish));
            }
            assertThat(atPaho.poll(20, TimeUnit.SECONDS)).isEqualTo("3");
            paho.disconnect();
        }
        assertThat(consume("clients", 3)).containsExactlyInAnyOrderElementsOf(replayed);
    }

    @Test
    void findsKeysInPayloadsAndByExpressions() throws Exception {
        createStream("by-path", Map.of("mqtt.filter", "keyed/#", "mqtt.key", "payload:$.device.id"));
        createStream("by-cel", Map.of("mqtt.filter", "keyed/#", "mqtt.key", "cel:json.device.id + '@' + client_id"));
        try (Device device = Device.connect(standalone.mqttPort(), "keyed")) {
            device.publish("keyed/a", "{\"device\": {\"id\": \"d-7\"}}", MqttQos.AT_LEAST_ONCE);
            device.publish("keyed/b", "no JSON", MqttQos.AT_LEAST_ONCE);
        }

        assertThat(consume("by-path", 2)).extracting(StandaloneIT::key).containsExactlyInAnyOrder("d-7", "keyed/b");
        assertThat(consume("by-cel", 2))
                .extracting(StandaloneIT::key)
                .containsExactlyInAnyOrder("d-7@keyed", "keyed/b");
    }

    private static String key(String consumed) {
        return consumed.substring(0, consumed.indexOf(' '));
    }

    @Test
    void showsAPythonReaderTheMessagesOfAStream() throws Exception {
        Peers.requirePython("websocket");
        createStream("python", "python/#");
        try (Device device = Device.connect(standalone.mqttPort(), "python-device")) {
            device.publish("python/a", "21.5", MqttQos.AT_LEAST_ONCE);
            device.publish("python/b", "19.0", MqttQos.AT_LEAST_ONCE);
        }

        String printed = run(
                Peers.PYTHON,
                Launcher.home()
                        .resolve("pulsar-conf/src/test/python/read_stream.py")
                        .toString(),
                URI.create(standalone.adminUrl()).getAuthority(),
                "public/streams/python");

        assertThat(printed.lines().map(line -> line.substring(line.indexOf(' ') + 1)))
                .containsExactly("python/a key=python-device 21.5", "python/b key=python-device 19.0");
    }

    @Test
    void replaysFromATimeExactlyToTheMicrosecond() throws Exception {
        createStream("moments", "moments/#");
        try (Device device = Device.connect(standalone.mqttPort(), "moments-device")) {
            for (String payload : List.of("a", "b", "c")) {
                device.publish("moments/x", payload, MqttQos.AT_LEAST_ONCE);
            }
            device.subscribe("$s/earliest/moments/#", MqttQos.AT_LEAST_ONCE);
            device.next();
            long b = Long.parseLong(Device.userProperty(device.next(), "ts"));
            device.next();

            assertThat(replayFrom(b - 1, 2)).containsExactly("b", "c");
            assertThat(replayFrom(b, 2)).containsExactly("b", "c");
            assertThat(replayFrom(b + 1, 1)).containsExactly("c");
        }
    }

    private List<String> replayFrom(long micros, int messages) throws InterruptedException {
        try (Device reader = Device.connect(standalone.mqttPort(), "moments-reader")) {
            reader.subscribe("$s/" + micros + "/moments/#", MqttQos.AT_LEAST_ONCE);
            return reader.next(messages);
        }
    }

    private void createStream(String name, String filter) throws Exception {
        createStream(name, Map.of("mqtt.filter", filter));
    }

    private void createStream(String name, Map<String, String> properties) throws Exception {
        try (PulsarAdmin admin =
                PulsarAdmin.builder().serviceHttpUrl(standalone.adminUrl()).build()) {
            admin.topics().createPartitionedTopic("persistent://public/streams/" + name, 4, properties);
        }
        standalone.status().awaitStream(name);
    }

    /** Key, time and payload of a stream's messages as a Pulsar consumer gets them. */
    private List<String> consume(String stream, int messages) throws Exception {
        List<String> consumed = new ArrayList<>();
        try (PulsarClient client = PulsarClient.builder()
                        .serviceUrl(standalone.serviceUrl())
                        .build();
                Consumer<byte[]> consumer = client.newConsumer()
                        .topic("persistent://public/streams/" + stream)
                        .subscriptionName("audit")
                        .subscriptionInitialPosition(SubscriptionInitialPosition.Earliest)
                        .subscribe()) {
            for (int i = 0; i < messages; i++) {
                Message<byte[]> message = consumer.receive(20, TimeUnit.SECONDS);
                assertThat(message).as("message %d of %d", i + 1, messages).isNotNull();
                consumed.add(message.getKey() + " " + message.getProperty("mqtt.ts") + " "
                        + new String(message.getValue(), UTF_8));
            }
            consumer.unsubscribe();
        }
        return consumed;
    }

    @Test
    void keepsAStreamThatNobodyReadsThroughIdlenessAndARestart() throws Exception {
        createStream("idle", "idle/#");
        List<String> sent = IntStream.range(0, 500).mapToObj(Integer::toString).toList();
        try (Device device = Device.connect(standalone.mqttPort(), "idle-device")) {
            for (String payload : sent) {
                device.publish("idle/x", payload, MqttQos.AT_LEAST_ONCE);
            }
        }

        awaitTheEndOfATopicThatNobodyKeeps();
        assertThat(replayIdle(sent.size())).as("after idleness").isEqualTo(sent);

        standalone.stop();
        standalone.start();
        assertThat(replayIdle(sent.size())).as("after a restart").isEqualTo(sent);
    }

    /** Makes a topic like a stream, but of no stream, and returns when Pulsar has found it idle and deleted it. */
    private void awaitTheEndOfATopicThatNobodyKeeps() throws Exception {
        try (PulsarClient client = PulsarClient.builder()
                        .serviceUrl(standalone.serviceUrl())
                        .build();
                Producer<byte[]> producer =
                        client.newProducer().topic(FORGOTTEN).create()) {
            producer.send("x".getBytes(UTF_8));
        }
        try (PulsarAdmin admin =
                PulsarAdmin.builder().serviceHttpUrl(standalone.adminUrl()).build()) {
            assertThat(admin.topics().getList("public/default")).contains(FORGOTTEN);
            await().atMost(Duration.ofMinutes(3))
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> !admin.topics().getList("public/default").contains(FORGOTTEN));
        }
    }

    private List<String> replayIdle(int messages) throws InterruptedException {
        try (Device device = Device.connect(standalone.mqttPort(), "idle-reader")) {
            device.subscribe("$s/earliest/idle/#", MqttQos.AT_LEAST_ONCE);
            return device.next(messages);
        }
    }

    private static String run(String... command) throws Exception {
        return Launcher.run(Duration.ofSeconds(60), command);
    }
}
