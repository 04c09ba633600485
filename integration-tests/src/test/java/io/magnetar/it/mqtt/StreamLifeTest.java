package io.magnetar.it.mqtt;

import static io.magnetar.it.client.BrokerStatus.CHANGE_SEEN_WITHIN;
import static io.magnetar.it.client.DurableClients.durable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.GroupMember;
import io.magnetar.it.mqtt.AdminCalls.Answer;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.pulsar.broker.PulsarService;
import org.apache.pulsar.client.api.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Streams that are made, grown, deleted and made again while clients publish and read. */
@ExtendWith(MqttExtension.class)
class StreamLifeTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final EmbeddedPulsar pulsar;
    private final MqttBroker broker;

    StreamLifeTest(EmbeddedPulsar pulsar, MqttBroker broker) {
        this.pulsar = pulsar;
        this.broker = broker;
    }

    private static int partition(Message<byte[]> message) {
        String topic = message.getTopicName();
        return Integer.parseInt(topic.substring(topic.lastIndexOf('-') + 1));
    }

    private void delete(String name) throws Exception {
        pulsar.admin().topics().deletePartitionedTopic(Streams.pulsarTopic(name), true);
    }

    @Test
    void keepsItsKeysInTheirPartitionsWhenItsTopicHasGrownAlsoOnBrokersThatStartLater() throws Exception {
        Streams.create(pulsar, broker, "life-grown", "life-grown/#", 2);
        publish(broker.port(), "life-grown-a", "life-grown/x", 0, 20);

        pulsar.admin().topics().updatePartitionedTopic(Streams.pulsarTopic("life-grown"), 5);
        await().atMost(CHANGE_SEEN_WITHIN)
                .until(() -> broker.status()
                        .refusal(Streams.pulsarTopic("life-grown"))
                        .isPresent());
        publish(broker.port(), "life-grown-b", "life-grown/x", 20, 40);
        try (MqttBroker later = MqttBroker.start(pulsar.broker(), Map.of())) {
            assertThat(later.status().refusal(Streams.pulsarTopic("life-grown")).orElseThrow())
                    .contains("from 2 to 5", "goes on with its first 2");
            JsonNode served = later.status().stream("life-grown").orElseThrow();
            assertThat(served.path("partitions").asInt()).isEqualTo(2);
            publish(later.port(), "life-grown-c", "life-grown/x", 40, 60);

            try (Device reader = Device.connect(later.port(), "life-grown-reader")) {
                reader.subscribe("$stream/life-grown@earliest", MqttQos.AT_LEAST_ONCE);
                assertThat(reader.next(60)).doesNotHaveDuplicates();
            }
        }
        assertThat(Streams.consume(pulsar, "life-grown", 60))
                .allSatisfy(message -> assertThat(partition(message))
                        .isEqualTo((message.getKey().hashCode() & Integer.MAX_VALUE) % 2));
    }

    private static void publish(int port, String clientId, String topic, int from, int to) {
        try (Device device = Device.connect(port, clientId)) {
            for (int i = from; i < to; i++) {
                device.publish(topic, Integer.toString(i), MqttQos.AT_LEAST_ONCE);
            }
        }
    }

    @Test
    void nobodyAltersTheNumberOfPartitionsThroughTheAdminApi() throws Exception {
        AdminCalls calls = new AdminCalls(broker);
        calls.ask("PUT", "streams/public/life-pinned", "{\"properties\": {\"mqtt.filter\": \"life-pinned/#\"}}", null);

        Answer set = calls.ask(
                "PATCH", "streams/public/life-pinned", "{\"properties\": {\"magnetar.partitions\": \"2\"}}", null);
        Answer removed =
                calls.ask("PATCH", "streams/public/life-pinned", "{\"remove\": [\"magnetar.partitions\"]}", null);

        assertThat(set.status()).isEqualTo(400);
        assertThat(set.error()).contains("magnetar.partitions is written by brokers");
        assertThat(removed.status()).isEqualTo(400);
    }

    @Test
    void hasACapPerNamespace() throws Exception {
        String tenant = pulsar.newTenant();
        try (MqttBroker capped =
                MqttBroker.start(pulsar.broker(), Map.of("mqttTenants", "public|" + tenant, "mqttMaxStreams", "2"))) {
            AdminCalls calls = new AdminCalls(capped);
            for (String name : List.of("one", "two")) {
                Answer made = calls.ask("PUT", "streams/" + tenant + "/" + name, filter(name), null);
                assertThat(made.status()).as(made.toString()).isEqualTo(201);
            }

            Answer third = calls.ask("PUT", "streams/" + tenant + "/three", filter("three"), null);
            assertThat(third.status()).isEqualTo(409);
            assertThat(third.error()).contains("the 2 streams that it may have", tenant);

            calls.ask("DELETE", "streams/" + tenant + "/one", "", null);
            assertThat(calls.ask("PUT", "streams/" + tenant + "/three", filter("three"), null)
                            .status())
                    .isEqualTo(201);
        }
    }

    private static String filter(String name) {
        return "{\"properties\": {\"mqtt.filter\": \"" + name + "/#\"}}";
    }

    @Test
    void publishersHearNothingOfAStreamThatGoesAndComesWithOtherPartitionsAndAnotherKey() throws Exception {
        Streams.create(pulsar, "life-churn", 3, Map.of("mqtt.filter", "life-churn/#", "mqtt.key", "client-id"));
        broker.status().awaitStream("life-churn");
        try (Publishing one = new Publishing(broker.port(), "life-churn-1", "life-churn/1");
                Publishing two = new Publishing(broker.port(), "life-churn-2", "life-churn/2")) {
            one.awaitMore(50);
            delete("life-churn");
            two.awaitMore(50);
            Streams.create(pulsar, "life-churn", 2, Map.of("mqtt.filter", "life-churn/#", "mqtt.key", "topic"));
            broker.status().awaitStream("life-churn");
            one.awaitMore(50);
            two.awaitMore(50);
        }

        List<String> keys = new ArrayList<>();
        try (Device reader = Device.connect(broker.port(), "life-churn-reader")) {
            reader.subscribe("$stream/life-churn@earliest", MqttQos.AT_LEAST_ONCE);
            for (int i = 0; i < 50 || !keys.contains("life-churn/1") || !keys.contains("life-churn/2"); i++) {
                keys.add(Device.userProperty(reader.next(), "key"));
            }
        }
        assertThat(keys).containsOnly("life-churn/1", "life-churn/2");
    }

    @Test
    void readersOfAllKindsFollowAStreamThatIsMadeAgainWithOtherPartitions() throws Exception {
        Streams.create(pulsar, broker, "life-again", "life-again/#", 4);
        publish(broker.port(), "life-again-a", "life-again/x", 0, 10);
        try (Device passing = Device.connect(broker.port(), "life-again-passing");
                Device lasting = durable(broker.port(), "life-again-lasting");
                GroupMember member = new GroupMember(broker.port(), "life-again-member", 0)) {
            passing.subscribe("$s/earliest/life-again/#", MqttQos.AT_LEAST_ONCE);
            lasting.subscribe("$stream/life-again@earliest", MqttQos.AT_LEAST_ONCE);
            member.subscribe("$share/g/$s/earliest/life-again/#", MqttQos.AT_LEAST_ONCE);
            passing.next(10);
            lasting.next(10);
            await().atMost(PATIENCE).until(() -> member.texts().size() == 10);

            delete("life-again");
            Streams.create(pulsar, "life-again", 2, Map.of("mqtt.filter", "life-again/#", "mqtt.key", "topic"));
            await().atMost(CHANGE_SEEN_WITHIN)
                    .until(() -> broker.status().stream("life-again")
                            .filter(stream -> stream.path("partitions").asInt() == 2)
                            .isPresent());
            publish(broker.port(), "life-again-b", "life-again/x", 10, 20);

            assertThat(passing.next(10)).isEqualTo(numbers(10, 20));
            assertThat(lasting.next(10)).isEqualTo(numbers(10, 20));
            await().atMost(PATIENCE).until(() -> member.texts().size() >= 20);
            assertThat(member.texts()).isEqualTo(numbers(0, 20));
        }
    }

    @Test
    void readersFollowAStreamThatIsMadeAgainOfTheOtherTypeAndBack() throws Exception {
        Map<String, String> plain = Map.of("mqtt.filter", "life-type/#", "mqtt.key", "topic");
        Map<String, String> lastValue =
                Map.of("mqtt.filter", "life-type/#", "mqtt.key", "topic", "mqtt.last-value", "true");
        Streams.create(pulsar, "life-type", 2, plain);
        broker.status().awaitStream("life-type");
        try (GroupMember passing = new GroupMember(broker.port(), "life-type-passing", 0);
                GroupMember lasting = new GroupMember(broker.port(), "life-type-lasting")) {
            passing.subscribe("$s/earliest/life-type/#", MqttQos.AT_LEAST_ONCE);
            lasting.subscribe("$stream/life-type@earliest", MqttQos.AT_LEAST_ONCE);
            publish(broker.port(), "life-type-a", "life-type/x", 0, 3);
            List<GroupMember> readers = List.of(passing, lasting);
            awaitLast(readers, "2");

            makeAgain("life-type", lastValue);
            publish(broker.port(), "life-type-b", "life-type/x", 3, 6);
            awaitLast(readers, "5");

            makeAgain("life-type", plain);
            publish(broker.port(), "life-type-c", "life-type/x", 6, 9);
            awaitLast(readers, "8");
            assertThat(passing.texts()).containsSubsequence("0", "1", "2", "5", "6", "7", "8");
            assertThat(lasting.texts()).containsSubsequence("0", "1", "2", "5", "6", "7", "8");
        }
    }

    private void makeAgain(String name, Map<String, String> properties) throws Exception {
        delete(name);
        await().atMost(CHANGE_SEEN_WITHIN)
                .until(() -> broker.status().stream(name).isEmpty());
        Streams.create(pulsar, name, 2, properties);
        broker.status().awaitStream(name);
    }

    private static void awaitLast(List<GroupMember> readers, String text) {
        await().atMost(PATIENCE)
                .until(() -> readers.stream().allMatch(reader -> reader.texts().contains(text)));
    }

    private static List<String> numbers(int from, int to) {
        List<String> numbers = new ArrayList<>();
        for (int i = from; i < to; i++) {
            numbers.add(Integer.toString(i));
        }
        return numbers;
    }

    @Test
    void whatOneBrokerMakesAltersAndDeletesTheOtherSees() throws Exception {
        try (PulsarService neighbour = pulsar.startBroker(settings -> {});
                MqttBroker other = MqttBroker.start(neighbour, Map.of())) {
            AdminCalls calls = new AdminCalls(other);
            calls.ask("PUT", "streams/public/life-two", filter("life-two"), null);
            await().atMost(CHANGE_SEEN_WITHIN)
                    .until(() -> broker.status().stream("life-two").isPresent());
            publish(broker.port(), "life-two-a", "life-two/x", 0, 1);

            new AdminCalls(broker)
                    .ask(
                            "PATCH",
                            "streams/public/life-two",
                            "{\"properties\": {\"mqtt.filter\": \"life-two/+/y\"}}",
                            null);
            await().atMost(CHANGE_SEEN_WITHIN)
                    .until(() -> other.status().stream("life-two")
                            .filter(stream -> stream.path("filter").asText().equals("life-two/+/y"))
                            .isPresent());
            publish(other.port(), "life-two-b", "life-two/x/y", 1, 2);
            publish(other.port(), "life-two-b", "life-two/x", 2, 3);
            assertThat(Streams.consume(pulsar, "life-two", 2))
                    .extracting(Streams::text)
                    .containsExactlyInAnyOrder("0", "1");

            new AdminCalls(broker).ask("DELETE", "streams/public/life-two", "", null);
            await().atMost(CHANGE_SEEN_WITHIN)
                    .until(() -> other.status().stream("life-two").isEmpty());
        }
    }
}
