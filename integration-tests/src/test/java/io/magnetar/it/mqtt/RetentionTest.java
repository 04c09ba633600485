package io.magnetar.it.mqtt;

import static io.magnetar.it.client.DurableClients.durable;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscribe;
import io.magnetar.it.client.Device;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.common.policies.data.RetentionPolicies;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What lies below the floor of a stream reaches nobody, though its ledger is still there. */
@ExtendWith(MqttExtension.class)
class RetentionTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int HOUR = 60;

    private final EmbeddedPulsar pulsar;
    private final MqttBroker broker;
    private final AdminCalls admin;

    RetentionTest(EmbeddedPulsar pulsar, MqttBroker broker) {
        this.pulsar = pulsar;
        this.broker = broker;
        this.admin = new AdminCalls(broker);
    }

    private void create(String name, int partitions, Map<String, String> limits) throws Exception {
        Map<String, String> properties = new HashMap<>(limits);
        properties.put("mqtt.filter", name + "/#");
        properties.put("mqtt.key", "topic");
        Streams.create(pulsar, name, partitions, properties);
        broker.status().awaitStream(name);
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }

    private void publish(String topic, List<String> payloads) {
        try (Device publisher = Device.connect(broker.port(), "publisher-of-" + topic.replace('/', '-'))) {
            payloads.forEach(payload -> publisher.publish(topic, payload, MqttQos.AT_LEAST_ONCE));
        }
    }

    /** Messages as they would be if they had been received some time ago. */
    private List<MessageId> produce(String name, Duration ago, List<String> payloads) throws Exception {
        List<MessageId> ids = new ArrayList<>();
        long micros = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now().minus(ago));
        try (Producer<byte[]> producer = pulsar.client()
                .newProducer()
                .topic(Streams.pulsarTopic(name))
                .enableBatching(false)
                .create()) {
            for (String payload : payloads) {
                ids.add(producer.newMessage()
                        .key(payload)
                        .property("mqtt.topic", name + "/x")
                        .property("mqtt.ts", Long.toString(micros))
                        .value(payload.getBytes(UTF_8))
                        .send());
            }
        }
        return ids;
    }

    /** What a range of a stream has, up to its end. */
    private List<String> replay(String subscription) throws InterruptedException {
        List<String> payloads = new ArrayList<>();
        try (Device device = Device.connect(broker.port(), "retention-reader")) {
            device.subscribe(subscription, MqttQos.AT_LEAST_ONCE);
            Mqtt5Publish next = device.next();
            while (!next.getTopic().toString().startsWith("$stream-end/")) {
                payloads.add(Device.text(next));
                next = device.next();
            }
        }
        return payloads;
    }

    private void keepFor(String name, int minutes) throws Exception {
        pulsar.admin().topicPolicies().setRetention(Streams.pulsarTopic(name), new RetentionPolicies(minutes, -1));
    }

    @Test
    void nothingOlderThanTheRetentionIsReplayedWhereverItBegins() throws Exception {
        create("floor-time", 2, Map.of());
        keepFor("floor-time", HOUR);
        List<MessageId> old = produce("floor-time", Duration.ofHours(2), numbers(0, 20));
        produce("floor-time", Duration.ofMinutes(50), numbers(20, 40));
        publish("floor-time/now", List.of("now"));
        List<String> kept = new ArrayList<>(numbers(20, 40));
        kept.add("now");

        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(replay("$s/earliest..now/floor-time/#")).containsExactlyInAnyOrderElementsOf(kept));
        assertThat(replay("$s/-3h..now/floor-time/#")).containsExactlyInAnyOrderElementsOf(kept);
        assertThat(replay("$s/last-1000..now/floor-time/#")).containsExactlyInAnyOrderElementsOf(kept);
        String id = old.get(0).toString();
        assertThat(replay("$s/" + id + "..now/floor-time/#")).isSubsetOf(kept).contains("now");
        assertThat(replay("$s/-3h..-90m/floor-time/#")).isEmpty();
        assertThat(Streams.consume(pulsar, "floor-time", 41))
                .as("the ledgers are whole")
                .hasSize(41);

        JsonNode peeked = admin.get("streams/public/floor-time/messages?from=earliest&count=100")
                .body();
        assertThat(peeked.path("messages").findValuesAsText("payload")).containsExactlyInAnyOrderElementsOf(kept);
        JsonNode stats = admin.get("streams/public/floor-time/stats").body();
        assertThat(stats.path("messages").asInt()).as(stats.toString()).isEqualTo(21);
    }

    @Test
    void aPolicyThatChangesIsSeenByReplaysThatBeginAndByThoseUnderWay() throws Exception {
        create("floor-changes", 1, Map.of());
        produce("floor-changes", Duration.ofHours(2), numbers(0, 5));
        assertThat(replay("$s/earliest..now/floor-changes/#")).isEqualTo(numbers(0, 5));

        try (Device following = Device.connect(broker.port(), "floor-following")) {
            following.subscribe("$s/earliest/floor-changes/#", MqttQos.AT_LEAST_ONCE);
            assertThat(following.next(5)).isEqualTo(numbers(0, 5));
            long before = broker.status().counter("droppedRetention");
            keepFor("floor-changes", HOUR);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(replay("$s/earliest..now/floor-changes/#"))
                            .isEmpty());
            produce("floor-changes", Duration.ofHours(2), List.of("late"));
            publish("floor-changes/x", List.of("now"));
            assertThat(following.next(1)).containsExactly("now");
            assertThat(broker.status().counter("droppedRetention"))
                    .as("the late one was to be read")
                    .isEqualTo(before + 1);
        }
        JsonNode retention = admin.get("streams/public/floor-changes").body().path("retention");
        assertThat(retention.path("minutes").asInt()).isEqualTo(HOUR);
        assertThat(retention.path("from").asText()).isEqualTo("the topic's policy");

        pulsar.admin().topicPolicies().removeRetention(Streams.pulsarTopic("floor-changes"));
        List<String> all = new ArrayList<>(numbers(0, 5));
        all.addAll(List.of("late", "now"));
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(replay("$s/earliest..now/floor-changes/#")).isEqualTo(all));
    }

    @Test
    void onlyTheLastMessagesOfEachPartitionAreReplayed() throws Exception {
        create("floor-count", 3, Map.of("mqtt.max-messages", "4"));
        try (Device publisher = Device.connect(broker.port(), "floor-count-publisher")) {
            for (int i = 0; i < 60; i++) {
                publisher.publish("floor-count/" + i, "m" + i, MqttQos.AT_LEAST_ONCE);
            }
        }

        Map<String, List<String>> byPartition = new HashMap<>();
        try (Device device = Device.connect(broker.port(), "floor-count-reader")) {
            device.subscribe(Mqtt5Subscribe.builder()
                    .topicFilter("$s/earliest..now/floor-count/#")
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .userProperties()
                    .add("stream-positions", "true")
                    .applyUserProperties()
                    .build());
            for (int i = 0; i < 12; i++) {
                Mqtt5Publish next = device.next();
                byPartition
                        .computeIfAbsent(Device.userProperty(next, "partition"), partition -> new ArrayList<>())
                        .add(Device.text(next));
            }
            assertThat(device.next().getTopic().toString()).startsWith("$stream-end/");
        }

        Map<String, List<String>> stored = new HashMap<>();
        Streams.consume(pulsar, "floor-count", 60)
                .forEach(message -> stored.computeIfAbsent(
                                message.getTopicName().replaceFirst(".*-partition-", ""),
                                partition -> new ArrayList<>())
                        .add(Streams.text(message)));
        stored.replaceAll((partition, all) -> all.subList(all.size() - 4, all.size()));
        assertThat(byPartition).isEqualTo(stored);
        assertThat(admin.get("streams/public/floor-count/stats")
                        .body()
                        .path("messages")
                        .asInt())
                .isEqualTo(12);
    }

    @Test
    void aDurablePlaceBelowTheFloorGoesOnWithTheOldestAndIsCounted() throws Exception {
        create("floor-place", 1, Map.of("mqtt.max-messages", "5"));
        publish("floor-place/x", numbers(0, 3));
        try (Device first = durable(broker.port(), "floor-place")) {
            first.subscribe("$s/earliest/floor-place/#", MqttQos.AT_LEAST_ONCE);
            assertThat(first.next(3)).isEqualTo(numbers(0, 3));
        }
        publish("floor-place/x", numbers(3, 8));
        long before = broker.status().counter("streamPlacesLost");
        long dropped = broker.status().counter("droppedRetention");
        try (Device second = durable(broker.port(), "floor-place")) {
            assertThat(second.next(5)).as("nothing is missing").isEqualTo(numbers(3, 8));
            assertThat(broker.status().counter("streamPlacesLost")).isEqualTo(before);
        }
        publish("floor-place/x", numbers(8, 20));
        try (Device third = durable(broker.port(), "floor-place")) {
            assertThat(third.next(5)).isEqualTo(numbers(15, 20));
            assertThat(broker.status().counter("streamPlacesLost")).isEqualTo(before + 1);
            assertThat(broker.status().counter("droppedRetention"))
                    .as("8 to 14")
                    .isEqualTo(dropped + 7);
        }
    }

    @Test
    void aNewGroupBeginsAtTheFloorAndOneThatIsThereGetsWhatItIsOwed() throws Exception {
        create("floor-group", 1, Map.of("mqtt.max-messages", "3"));
        publish("floor-group/x", numbers(0, 10));
        try (Device member = Device.connect(broker.port(), "floor-member")) {
            member.subscribe("$share/floor/$s/earliest/floor-group/#", MqttQos.AT_LEAST_ONCE);
            assertThat(member.next(3)).isEqualTo(numbers(7, 10));
        }
        publish("floor-group/x", numbers(10, 20));
        try (Device member = Device.connect(broker.port(), "floor-member")) {
            member.subscribe("$share/floor/$s/next/floor-group/#", MqttQos.AT_LEAST_ONCE);
            assertThat(member.next(10)).isEqualTo(numbers(10, 20));
        }
        pulsar.admin().topics().deleteSubscription(Streams.pulsarTopic("floor-group"), "floor", true);
    }

    @Test
    void limitsThatAreAlteredHoldAtOnce() throws Exception {
        create("floor-altered", 1, Map.of());
        publish("floor-altered/x", numbers(0, 10));
        assertThat(replay("$s/earliest..now/floor-altered/#")).hasSize(10);

        assertThat(admin.ask(
                                "PATCH",
                                "streams/public/floor-altered",
                                "{\"properties\": {\"mqtt.max-messages\": \"2\"}}",
                                null)
                        .status())
                .isEqualTo(200);

        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(replay("$s/earliest..now/floor-altered/#")).isEqualTo(numbers(8, 10)));
    }
}
