package io.magnetar.it.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAckReasonCode;
import io.magnetar.it.client.Device;
import io.magnetar.it.mqtt.AdminCalls.Answer;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.pulsar.broker.PulsarService;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageIdAdv;
import org.apache.pulsar.client.api.Producer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** New streams get what older ones keep, and join what is published. */
@ExtendWith(MqttExtension.class)
class StreamBackfillTest {
    private static final Duration FILLED_WITHIN = Duration.ofSeconds(60);

    private final EmbeddedPulsar pulsar;
    private final MqttBroker broker;
    private final AdminCalls calls;

    StreamBackfillTest(EmbeddedPulsar pulsar, MqttBroker broker) {
        this.pulsar = pulsar;
        this.broker = broker;
        this.calls = new AdminCalls(broker);
    }

    private Answer create(String name, String filter, String key, String from) throws Exception {
        return calls.ask(
                "PUT",
                "streams/public/" + name,
                "{\"partitions\": 2, \"from\": \"" + from + "\", \"properties\": {\"mqtt.filter\": \"" + filter
                        + "\", \"mqtt.key\": \"" + key + "\"}}",
                null);
    }

    private String state(String name) throws Exception {
        return calls.get("streams/public/" + name).body().path("state").asText();
    }

    private void awaitServed(MqttBroker asked, String name) {
        await().atMost(FILLED_WITHIN).until(() -> asked.status().stream(name).isPresent());
    }

    @Test
    void copiesWhatIsKeptAndJoinsWhatTwoBrokersArePublishingWithoutAGapOrADouble() throws Exception {
        Streams.create(pulsar, "fill-all", 3, Map.of("mqtt.filter", "fill/#", "mqtt.key", "client-id"));
        broker.status().awaitStream("fill-all");
        List<Publishing> publishers = new ArrayList<>();
        try (PulsarService neighbour = pulsar.startBroker(settings -> {});
                MqttBroker second = MqttBroker.start(neighbour, Map.of())) {
            for (int i = 0; i < 6; i++) {
                int port = i % 2 == 0 ? broker.port() : second.port();
                String topic = i < 4 ? "fill/" + i + "/wanted" : "fill/" + i + "/other";
                publishers.add(new Publishing(port, "fill-publisher-" + i, topic));
            }
            publishers.forEach(publisher -> publisher.awaitMore(100));

            Answer made = create("fill-some", "fill/+/wanted", "topic", "fill-all");
            assertThat(made.status()).as(made.toString()).isEqualTo(202);
            assertThat(made.body().path("state").asText()).isEqualTo("filling");
            awaitServed(broker, "fill-some");
            awaitServed(second, "fill-some");
            publishers.forEach(publisher -> publisher.awaitMore(100));
            for (Publishing publisher : publishers) {
                publisher.stop();
            }

            int wanted = publishers.stream()
                    .limit(4)
                    .mapToInt(Publishing::acknowledged)
                    .sum();
            Map<String, List<Integer>> byTopic = numbersByTopic("fill-some", wanted);
            for (Publishing publisher : publishers.subList(0, 4)) {
                assertThat(byTopic.get(publisher.topic()))
                        .isEqualTo(IntStream.range(0, publisher.acknowledged())
                                .boxed()
                                .toList());
            }
            assertThat(calls.get("streams/public/fill-some")
                            .body()
                            .path("backfill")
                            .path("phase")
                            .asText())
                    .isEqualTo("done");
            for (Publishing publisher : publishers) {
                publisher.close();
            }
        }
    }

    /** What a client reads of a stream, in which it must be in the order of each topic. */
    private Map<String, List<Integer>> numbersByTopic(String stream, int messages) throws Exception {
        Map<String, List<Integer>> byTopic = new HashMap<>();
        try (Device reader = Device.connect(broker.port(), "reader-of-" + stream)) {
            reader.subscribe("$stream/" + stream + "@earliest", MqttQos.AT_LEAST_ONCE);
            for (int i = 0; i < messages; i++) {
                var publish = reader.next();
                byTopic.computeIfAbsent(publish.getTopic().toString(), topic -> new ArrayList<>())
                        .add(Integer.valueOf(Device.text(publish)));
            }
        }
        assertThat(Streams.consume(pulsar, stream, messages)).hasSize(messages);
        return byTopic;
    }

    @Test
    void keepsTimesAndPropertiesAndMakesTheKeysAnew() throws Exception {
        Streams.create(pulsar, broker, "fill-old", "fill-old/#", 3);
        for (int client = 0; client < 3; client++) {
            try (Device device = Device.connect(broker.port(), "fill-old-" + client)) {
                for (int i = 0; i < 10; i++) {
                    device.publish("fill-old/shared", client + " " + i, MqttQos.EXACTLY_ONCE);
                }
            }
        }
        create("fill-new", "fill-old/shared", "topic", "fill-old");
        assertThat(state("fill-new")).isEqualTo("filling");
        try (Device early = Device.connect(broker.port(), "fill-early")) {
            assertThat(early.subscribe("$stream/fill-new@earliest", MqttQos.AT_LEAST_ONCE))
                    .isEqualTo(Mqtt5SubAckReasonCode.TOPIC_FILTER_INVALID);
        }
        awaitServed(broker, "fill-new");

        List<Message<byte[]>> copies = Streams.consume(pulsar, "fill-new", 30);
        Map<String, Map<String, String>> originals = Streams.consume(pulsar, "fill-old", 30).stream()
                .collect(Collectors.toMap(Streams::text, Message::getProperties));
        assertThat(copies).allSatisfy(copy -> {
            assertThat(copy.getKey()).isEqualTo("fill-old/shared");
            assertThat(copy.getProperties()).isEqualTo(originals.get(Streams.text(copy)));
        });
        assertThat(copies)
                .as("one key that lay in three partitions, in the order of time")
                .extracting(copy -> Long.valueOf(copy.getProperty("mqtt.ts")))
                .isSorted();
    }

    /** Messages of a producer of ours, one for each second of an hour ago, of one topic, spread over all partitions. */
    private long produceOfAnHourAgo(String stream, String topic, int messages) throws Exception {
        long from = TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis()) - TimeUnit.HOURS.toMicros(1);
        try (Producer<byte[]> producer =
                pulsar.client().newProducer().topic(Streams.pulsarTopic(stream)).create()) {
            for (int i = 0; i < messages; i++) {
                producer.newMessage()
                        .key(Integer.toString(i))
                        .property("mqtt.topic", topic)
                        .property("mqtt.client-id", "client-" + i % 7)
                        .property("mqtt.ts", Long.toString(from + TimeUnit.SECONDS.toMicros(i)))
                        .value(Integer.toString(i).getBytes(UTF_8))
                        .send();
            }
        }
        return from;
    }

    private List<Integer> replay(String subscription) throws Exception {
        List<Integer> numbers = new ArrayList<>();
        try (Device reader = Device.connect(broker.port(), "reader-of-range")) {
            assertThat(reader.subscribe(subscription, MqttQos.AT_LEAST_ONCE))
                    .isEqualTo(Mqtt5SubAckReasonCode.GRANTED_QOS_1);
            for (var next = reader.next();
                    !next.getTopic().toString().startsWith("$stream-end/");
                    next = reader.next()) {
                numbers.add(Integer.valueOf(Device.text(next)));
            }
        }
        return numbers;
    }

    private static List<Integer> numbers(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    @Test
    void copiesAreReplayedByTheTimesAtWhichTheyWereReceived() throws Exception {
        Streams.create(pulsar, broker, "fill-past", "fill-past/#", 3);
        long from = produceOfAnHourAgo("fill-past", "fill-past/x", 60);
        create("fill-then", "fill-past/+", "client-id", "fill-past");
        awaitServed(broker, "fill-then");

        long a = from + TimeUnit.SECONDS.toMicros(20);
        long b = from + TimeUnit.SECONDS.toMicros(40);
        assertThat(replay("$stream/fill-then@" + a + ".." + b)).containsExactlyInAnyOrderElementsOf(numbers(20, 40));
        assertThat(replay("$stream/fill-then@-2h..now")).containsExactlyInAnyOrderElementsOf(numbers(0, 60));
        assertThat(replay("$stream/fill-then@-2h.." + b)).containsExactlyInAnyOrderElementsOf(numbers(0, 40));

        Message<byte[]> middle = Streams.consume(pulsar, "fill-then", 60).stream()
                .filter(message -> Streams.text(message).equals("30"))
                .findFirst()
                .orElseThrow();
        MessageIdAdv place = (MessageIdAdv) middle.getMessageId();
        assertThat(replay("$stream/fill-then@" + place.getLedgerId() + ":" + place.getEntryId() + ":"
                        + place.getPartitionIndex() + "..now"))
                .as("of the other partitions from five seconds before it on")
                .contains(30, 59)
                .containsAll(numbers(30, 60))
                .allMatch(number -> number >= 25);

        create("fill-again", "fill-past/x", "topic", "fill-then");
        awaitServed(broker, "fill-again");
        assertThat(Streams.consume(pulsar, "fill-again", 60))
                .as("copies of copies, in the order of time")
                .extracting(Streams::text)
                .containsExactlyElementsOf(
                        numbers(0, 60).stream().map(Object::toString).toList());
    }

    @Test
    void aBrokerThatHearsTooLateOfTheJoiningTakesItBack() throws Exception {
        Streams.create(pulsar, "fill-late", 1, Map.of("mqtt.filter", "fill-late/#", "mqtt.backfill", "elsewhere"));
        await().until(() -> state("fill-late").equals("filling"));

        pulsar.admin()
                .topics()
                .updateProperties(
                        Streams.pulsarTopic("fill-late"),
                        Map.of("mqtt.live-from", Long.toString(micros(System.currentTimeMillis()) - 1)));
        await().until(() -> !properties("fill-late").containsKey("mqtt.live-from"));
        assertThat(properties("fill-late")).containsEntry("mqtt.backfill", "elsewhere");

        pulsar.admin().topics().removeProperties(Streams.pulsarTopic("fill-late"), "mqtt.backfill");
        await().until(() -> properties("fill-late").containsKey("mqtt.backfill"));
        await().until(() -> state("fill-late").equals("filling"));
    }

    private static long micros(long millis) {
        return TimeUnit.MILLISECONDS.toMicros(millis);
    }

    private Map<String, String> properties(String stream) throws Exception {
        return pulsar.admin().topics().getProperties(Streams.pulsarTopic(stream));
    }

    @Test
    void publishersWaitNoLongerThanAStreamMayTakeToBeFilled() throws Exception {
        Streams.create(pulsar, broker, "fill-dead-source", "fill-dead/#", 1);
        Streams.create(pulsar, "fill-dead", 1, Map.of("mqtt.filter", "fill-dead/#", "mqtt.backfill", "elsewhere"));
        await().until(() -> state("fill-dead").equals("filling"));
        long liveFrom = micros(System.currentTimeMillis() + 3_000);
        pulsar.admin()
                .topics()
                .updateProperties(Streams.pulsarTopic("fill-dead"), Map.of("mqtt.live-from", Long.toString(liveFrom)));

        try (Publishing publisher = new Publishing(broker.port(), "fill-dead-publisher", "fill-dead/x")) {
            await().atMost(FILLED_WITHIN).until(() -> micros(System.currentTimeMillis()) > liveFrom + micros(31_500));
            publisher.awaitMore(10);
            publisher.stop();
            assertThat(Streams.consume(pulsar, "fill-dead-source", publisher.acknowledged()))
                    .hasSize(publisher.acknowledged());
        }
        assertThat(state("fill-dead")).isEqualTo("filling");
        pulsar.admin().topics().removeProperties(Streams.pulsarTopic("fill-dead"), "mqtt.backfill");
        await().until(() -> properties("fill-dead").containsKey("mqtt.backfill"));
    }

    @Test
    void fillsFromAStreamThatIsEmpty() throws Exception {
        Streams.create(pulsar, broker, "fill-empty", "fill-empty/#", 2);
        create("fill-from-empty", "fill-empty/+", "topic", "fill-empty");
        awaitServed(broker, "fill-from-empty");

        try (Device device = Device.connect(broker.port(), "fill-empty-device")) {
            device.publish("fill-empty/x", "live", MqttQos.AT_LEAST_ONCE);
        }
        assertThat(Streams.consume(pulsar, "fill-from-empty", 1))
                .extracting(Streams::text)
                .containsExactly("live");
    }

    @Test
    void refusesWhatCannotBeFilled() throws Exception {
        Streams.create(pulsar, broker, "fill-narrow", "fill-narrow/+", 1);

        assertThat(create("fill-wide", "fill-narrow/#", "topic", "fill-narrow").error())
                .contains("keeps fill-narrow/+, which does not cover fill-narrow/#");
        assertThat(create("fill-none", "fill-narrow/x", "topic", "nothing").error())
                .contains("has no stream 'nothing'");
        assertThat(calls.ask(
                                "PUT",
                                "streams/public/fill-hand",
                                "{\"properties\": {\"mqtt.filter\": \"a\", \"mqtt.backfill\": \"fill-narrow\"}}",
                                null)
                        .error())
                .contains("mqtt.backfill is written by brokers");
        assertThat(calls.get("streams/public/fill-wide").status()).isEqualTo(404);
    }

    @Test
    void aStreamThatNobodyFillsHindersNobody() throws Exception {
        Streams.create(pulsar, "fill-orphan", 1, Map.of("mqtt.filter", "fill-orphan/#", "mqtt.backfill", "gone"));
        await().until(() ->
                broker.status().refusal(Streams.pulsarTopic("fill-orphan")).isPresent());
        assertThat(broker.status().refusal(Streams.pulsarTopic("fill-orphan")).orElseThrow())
                .contains("is being filled from the stream 'gone'", "make it again in the same way, or delete it");

        try (Device device = Device.connect(broker.port(), "fill-orphan-device")) {
            device.publish("fill-orphan/x", "elsewhere", MqttQos.AT_LEAST_ONCE);
        }
        Answer altered =
                calls.ask("PATCH", "streams/public/fill-orphan", "{\"properties\": {\"mqtt.key\": \"topic\"}}", null);
        assertThat(altered.status()).isEqualTo(409);

        Streams.create(pulsar, broker, "fill-orphan-source", "fill-orphan/#", 1);
        Answer again = create("fill-orphan", "fill-orphan/+", "topic", "fill-orphan-source");
        assertThat(again.status()).as(again.toString()).isEqualTo(202);
        awaitServed(broker, "fill-orphan");
    }
}
