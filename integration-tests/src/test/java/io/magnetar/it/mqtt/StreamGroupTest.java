package io.magnetar.it.mqtt;

import static io.magnetar.it.client.DurableClients.connect;
import static io.magnetar.it.client.DurableClients.connect5;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscribe;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAckReasonCode;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.DurableClients;
import io.magnetar.it.client.GroupMember;
import io.magnetar.it.client.PahoMember;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.SubscriptionInitialPosition;
import org.apache.pulsar.client.api.SubscriptionType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code $share/<group>/} in front of a stream subscription: the members share the stream, and it is a Pulsar subscription. */
@ExtendWith(MqttExtension.class)
class StreamGroupTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int PUBLISH = 3;
    private static final int PUBACK = 0x40;

    private static void createKeyedByTopic(EmbeddedPulsar pulsar, MqttBroker broker, String name, int partitions)
            throws Exception {
        Streams.create(pulsar, name, partitions, Map.of("mqtt.filter", name + "/#", "mqtt.key", "topic"));
        broker.status().awaitStream(name);
    }

    /** Publishes {@code <key> <n>} to {@code <name>/<key>} for each n, the keys in turn. */
    private static void publish(MqttBroker broker, String name, int keys, int from, int to) {
        try (Device publisher = Device.connect(broker.port(), "publisher-of-" + name)) {
            for (int i = from; i < to; i++) {
                publisher.publish(name + "/" + i % keys, i % keys + " " + i, MqttQos.AT_LEAST_ONCE);
            }
        }
    }

    private static List<String> texts(int keys, int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> i % keys + " " + i).toList();
    }

    private static List<String> all(List<GroupMember> members) {
        return members.stream().flatMap(member -> member.texts().stream()).toList();
    }

    private static void assertKeysInOrder(List<String> texts) {
        Map<String, List<Integer>> byKey = texts.stream()
                .map(text -> text.split(" ", 2))
                .collect(Collectors.groupingBy(
                        parts -> parts[0],
                        Collectors.mapping(parts -> Integer.valueOf(parts[1]), Collectors.toList())));
        byKey.forEach((key, numbers) -> assertThat(numbers).as("key " + key).isSorted());
    }

    private static long backlog(EmbeddedPulsar pulsar, String name, String subscription) throws Exception {
        var subscriptions = pulsar.admin()
                .topics()
                .getPartitionedStats(Streams.pulsarTopic(name), false)
                .getSubscriptions();
        return Objects.requireNonNull(subscriptions.get(subscription)).getMsgBacklog();
    }

    @Test
    void sharesAStreamAndKeepsTheOrderOfEachKey(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        createKeyedByTopic(pulsar, broker, "group-share", 2);
        publish(broker, "group-share", 20, 0, 300);
        String filter = "$share/workers/$s/earliest/group-share/#";
        try (GroupMember one = new GroupMember(broker.port(), "group-share-1", 0);
                GroupMember two = new GroupMember(broker.port(), "group-share-2", 0)) {
            one.subscribe(filter, MqttQos.AT_LEAST_ONCE);
            two.subscribe(filter, MqttQos.AT_LEAST_ONCE);
            publish(broker, "group-share", 20, 300, 900);

            await().atMost(PATIENCE).until(() -> all(List.of(one, two)).size() >= 900);
            assertThat(all(List.of(one, two))).containsExactlyInAnyOrderElementsOf(texts(20, 0, 900));
            assertThat(one.texts()).isNotEmpty();
            assertThat(two.texts()).isNotEmpty();
            assertKeysInOrder(one.texts());
            assertKeysInOrder(two.texts());
        }
        await().atMost(PATIENCE).until(() -> backlog(pulsar, "group-share", "workers") == 0);
    }

    @Test
    void takesMembersThatMakeAGroupAtOnce(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        createKeyedByTopic(pulsar, broker, "group-race", 4);
        publish(broker, "group-race", 10, 0, 20);
        List<GroupMember> members = new ArrayList<>();
        try {
            for (int i = 0; i < 4; i++) {
                members.add(new GroupMember(broker.port(), "group-race-" + i, 0));
            }
            for (int round = 1; round <= 5; round++) {
                String filter = "$share/race-" + round + "/$s/earliest/group-race/#";
                CompletableFuture.allOf(members.stream()
                                .map(member -> CompletableFuture.runAsync(() -> subscribe(member, filter)))
                                .toArray(CompletableFuture[]::new))
                        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                int come = 20 * round;
                await().atMost(PATIENCE).until(() -> all(members).size() >= come);
                assertThat(all(members)).hasSize(come);
            }
        } finally {
            for (GroupMember member : members) {
                member.close();
            }
        }
    }

    private static void subscribe(GroupMember member, String filter) {
        try {
            member.subscribe(filter, MqttQos.AT_LEAST_ONCE);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void keepsItsBacklogWhileNobodyIsThere(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        createKeyedByTopic(pulsar, broker, "group-away", 2);
        String filter = "$share/away/$stream/group-away@latest";
        publish(broker, "group-away", 3, 0, 10);
        try (GroupMember member = new GroupMember(broker.port(), "group-away-1", 0)) {
            member.subscribe(filter, MqttQos.AT_LEAST_ONCE);
            publish(broker, "group-away", 3, 10, 20);
            await().atMost(PATIENCE).until(() -> member.texts().size() >= 10);
            assertThat(member.texts()).containsExactlyInAnyOrderElementsOf(texts(3, 10, 20));
        }
        publish(broker, "group-away", 3, 20, 40);
        try (GroupMember other = new GroupMember(broker.port(), "group-away-2", 0)) {
            other.subscribe("$share/away/$stream/group-away@earliest", MqttQos.AT_LEAST_ONCE);
            await().atMost(PATIENCE).until(() -> other.texts().size() >= 20);
            assertThat(other.texts())
                    .as("the offset counts only when the group is new")
                    .containsExactlyInAnyOrderElementsOf(texts(3, 20, 40));
        }
    }

    @Test
    void beginsExactlyWhereTheFirstMemberSays(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        createKeyedByTopic(pulsar, broker, "group-start", 2);
        publish(broker, "group-start", 1, 0, 30);
        String ts;
        String id;
        try (Device reader = Device.connect(broker.port(), "group-start-reader")) {
            reader.subscribe(Mqtt5Subscribe.builder()
                    .topicFilter("$s/earliest/group-start/#")
                    .userProperties()
                    .add("stream-positions", "true")
                    .applyUserProperties()
                    .build());
            List<Mqtt5Publish> read = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                read.add(reader.next());
            }
            ts = Device.userProperty(read.get(13), "ts");
            id = Device.userProperty(read.get(21), "message-id");
        }
        assertFirst(broker, "$share/by-time/$s/" + ts + "/group-start/#", texts(1, 13, 30));
        assertFirst(broker, "$share/by-id/$s/" + id + "/group-start/#", texts(1, 21, 30));
        assertFirst(broker, "$share/by-count/$s/last-4/group-start/#", texts(1, 26, 30));
    }

    private static void assertFirst(MqttBroker broker, String filter, List<String> expected) throws Exception {
        try (Device member = Device.connect(broker.port(), "group-start-member")) {
            member.subscribe(filter, MqttQos.AT_LEAST_ONCE);
            assertThat(member.next(expected.size())).as(filter).isEqualTo(expected);
        }
    }

    @Test
    void keepsNarrowerFiltersApart(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        createKeyedByTopic(pulsar, broker, "group-narrow", 1);
        publish(broker, "group-narrow", 2, 0, 20);
        try (Device all = Device.connect(broker.port(), "group-narrow-all");
                Device some = Device.connect(broker.port(), "group-narrow-some")) {
            all.subscribe("$share/n/$s/earliest/group-narrow/#", MqttQos.AT_LEAST_ONCE);
            some.subscribe("$share/n/$s/earliest/group-narrow/1", MqttQos.AT_LEAST_ONCE);
            assertThat(all.next(20)).containsExactlyInAnyOrderElementsOf(texts(2, 0, 20));
            assertThat(some.next(10))
                    .isEqualTo(texts(2, 0, 20).stream()
                            .filter(text -> text.startsWith("1"))
                            .toList());
        }
        assertThat(pulsar.admin().topics().getSubscriptions(Streams.pulsarTopic("group-narrow")))
                .contains("n", "n+group-narrow%2F1");
        await().atMost(PATIENCE).until(() -> backlog(pulsar, "group-narrow", "n+group-narrow%2F1") == 0);
    }

    @Test
    void givesAnotherWhatADeadMemberHasNotAcknowledged(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        createKeyedByTopic(pulsar, broker, "group-dead", 1);
        String filter = "$share/dead/$s/earliest/group-dead/#";
        publish(broker, "group-dead", 1, 0, 10);
        long before = broker.status().counter("streamGroupMessagesGivenBack");
        try (RawClient silent = new RawClient(broker.port())) {
            connect(silent, connect5("group-dead-silent", true, 0));
            silent.send(RawClient.subscribe5(filter, 1));
            List<RawPacket> sent =
                    Stream.generate(() -> publishOf(silent)).limit(10).toList();
            assertThat(sent.stream().map(RawPacket::type)).containsOnly(PUBLISH);
            sent.subList(0, 3).forEach(packet -> acknowledge(silent, packet));
            silent.send(RawClient.packet(0xC0)).read(); // It has read what came before.
        }
        try (Device other = Device.connect(broker.port(), "group-dead-other")) {
            other.subscribe(filter, MqttQos.AT_LEAST_ONCE);
            assertThat(other.next(7)).isEqualTo(texts(1, 3, 10));
        }
        assertThat(broker.status().counter("streamGroupMessagesGivenBack")).isEqualTo(before + 7);
    }

    private static RawPacket publishOf(RawClient client) {
        try {
            RawPacket packet = client.read();
            return packet.type() == PUBLISH ? packet : publishOf(client);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void acknowledge(RawClient client, RawPacket publish) {
        try {
            client.send(RawClient.packet(PUBACK, DurableClients.packetId(publish)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aMemberThatUnsubscribesDoublesNothing(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        createKeyedByTopic(pulsar, broker, "group-leave", 2);
        String filter = "$share/leave/$s/earliest/group-leave/#";
        List<GroupMember> members = new ArrayList<>();
        try (GroupMember staying = new GroupMember(broker.port(), "group-leave-0", 0)) {
            staying.subscribe(filter, MqttQos.AT_LEAST_ONCE);
            members.add(staying);
            for (int round = 1; round <= 4; round++) {
                try (GroupMember leaving = new GroupMember(broker.port(), "group-leave-" + round, 0)) {
                    members.add(leaving);
                    leaving.subscribe(filter, MqttQos.AT_LEAST_ONCE);
                    publish(broker, "group-leave", 20, round * 200 - 200, round * 200 - 100);
                    leaving.unsubscribe(filter);
                    publish(broker, "group-leave", 20, round * 200 - 100, round * 200);
                    int come = round * 200;
                    await().atMost(PATIENCE).until(() -> all(members).size() >= come);
                }
            }
            assertThat(all(members)).containsExactlyInAnyOrderElementsOf(texts(20, 0, 800));
            members.forEach(member -> assertKeysInOrder(member.texts()));
        }
    }

    @Test
    void aDurableMemberIsBackWithoutSubscribing(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        createKeyedByTopic(pulsar, broker, "group-durable", 1);
        String filter = "$share/durable/$s/earliest/group-durable/#";
        try (Device member = DurableClients.durable(broker.port(), "group-durable")) {
            assertThat(member.subscribe(filter, MqttQos.EXACTLY_ONCE))
                    .as("QoS 2 is granted as 1")
                    .isEqualTo(Mqtt5SubAckReasonCode.GRANTED_QOS_1);
        }
        publish(broker, "group-durable", 1, 0, 5);
        try (Device member = DurableClients.durable(broker.port(), "group-durable")) {
            assertThat(member.next(5)).isEqualTo(texts(1, 0, 5));
            publish(broker, "group-durable", 1, 5, 6);
            assertThat(member.next(1)).isEqualTo(texts(1, 5, 6));
        }
    }

    @Test
    void aDurableMemberThatUnsubscribesWithAnotherOffsetIsNotBack(EmbeddedPulsar pulsar, MqttBroker broker)
            throws Exception {
        createKeyedByTopic(pulsar, broker, "group-ended", 1);
        try (Device member = DurableClients.durable(broker.port(), "group-ended")) {
            member.subscribe("$share/ended/$s/earliest/group-ended/#", MqttQos.AT_LEAST_ONCE);
            member.subscribe("$share/ended/$s/last-1/group-ended/#", MqttQos.AT_LEAST_ONCE);
            member.client()
                    .unsubscribeWith()
                    .topicFilter("$share/ended/$s/latest/group-ended/#")
                    .send();
        }
        try (Device back = DurableClients.durable(broker.port(), "group-ended");
                Device other = Device.connect(broker.port(), "group-ended-other")) {
            other.subscribe("$share/ended/$s/next/group-ended/#", MqttQos.AT_LEAST_ONCE);
            publish(broker, "group-ended", 20, 0, 100);
            assertThat(other.next(100)).containsExactlyInAnyOrderElementsOf(texts(20, 0, 100));
            assertThat(back.client().getState().isConnected()).isTrue();
        }
    }

    @Test
    void followsAnAlteredFilter(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        createKeyedByTopic(pulsar, broker, "group-alter", 1);
        try (Device member = Device.connect(broker.port(), "group-alter")) {
            member.subscribe("$share/alter/$stream/group-alter", MqttQos.AT_LEAST_ONCE);
            publish(broker, "group-alter", 1, 0, 2);
            assertThat(member.next(2)).isEqualTo(texts(1, 0, 2));
            pulsar.admin().topics().updateProperties(Streams.pulsarTopic("group-alter"), Map.of("mqtt.filter", "+/0"));
            await().atMost(PATIENCE)
                    .until(() -> broker.status().stream("group-alter")
                            .orElseThrow()
                            .path("filter")
                            .asText()
                            .equals("+/0"));
            publish(broker, "group-altered", 1, 2, 5);
            assertThat(member.next(3)).isEqualTo(texts(1, 2, 5));
        } finally {
            pulsar.admin().topics().deletePartitionedTopic(Streams.pulsarTopic("group-alter"), true);
        }
    }

    @Test
    void losesAndRepeatsNothingWhenItsPartitionsMove(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        createKeyedByTopic(pulsar, broker, "group-move", 2);
        String filter = "$share/move/$s/earliest/group-move/#";
        try (GroupMember one = new GroupMember(broker.port(), "group-move-1", 0);
                GroupMember two = new GroupMember(broker.port(), "group-move-2", 0)) {
            one.subscribe(filter, MqttQos.AT_LEAST_ONCE);
            two.subscribe(filter, MqttQos.AT_LEAST_ONCE);
            for (int round = 0; round < 5; round++) {
                publish(broker, "group-move", 10, round * 100, round * 100 + 100);
                pulsar.admin().topics().unload(Streams.pulsarTopic("group-move"));
            }
            await().atMost(PATIENCE).until(() -> all(List.of(one, two)).size() >= 500);
            assertThat(all(List.of(one, two))).containsExactlyInAnyOrderElementsOf(texts(10, 0, 500));
            assertKeysInOrder(one.texts());
            assertKeysInOrder(two.texts());
        }
    }

    @Test
    void servesMqtt311AndAPulsarConsumerInOneGroup(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        createKeyedByTopic(pulsar, broker, "group-both", 2);
        List<String> consumed = new ArrayList<>();
        try (PahoMember member = new PahoMember("group-both");
                Consumer<byte[]> consumer = pulsar.client()
                        .newConsumer()
                        .topic(Streams.pulsarTopic("group-both"))
                        .subscriptionName("both")
                        .subscriptionType(SubscriptionType.Key_Shared)
                        .subscriptionInitialPosition(SubscriptionInitialPosition.Earliest)
                        .enableBatchIndexAcknowledgment(true)
                        .subscribe()) {
            member.connect(broker.port());
            member.subscribe("$share/both/$s/latest/group-both/#", 1);
            publish(broker, "group-both", 40, 0, 400);
            await().atMost(PATIENCE).until(() -> {
                Message<byte[]> message = consumer.receive(100, TimeUnit.MILLISECONDS);
                if (message != null) {
                    consumed.add(Streams.text(message));
                    consumer.acknowledge(message);
                }
                return consumed.size() + member.texts().size() >= 400;
            });
            assertThat(Stream.concat(consumed.stream(), member.texts().stream()))
                    .containsExactlyInAnyOrderElementsOf(texts(40, 0, 400));
            assertThat(consumed).isNotEmpty();
            assertThat(member.texts()).isNotEmpty();
        }
    }

    @Test
    void beginsWithTheNextStreamOfTheName(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        createKeyedByTopic(pulsar, broker, "group-again", 1);
        try (Device member = Device.connect(broker.port(), "group-again")) {
            member.subscribe("$share/again/$s/latest/group-again/#", MqttQos.AT_LEAST_ONCE);
            publish(broker, "group-again", 1, 0, 2);
            assertThat(member.next(2)).isEqualTo(texts(1, 0, 2));
            pulsar.admin().topics().deletePartitionedTopic(Streams.pulsarTopic("group-again"), true);
            await().atMost(PATIENCE)
                    .until(() -> broker.status().stream("group-again").isEmpty());
            createKeyedByTopic(pulsar, broker, "group-again", 1);
            publish(broker, "group-again", 1, 2, 5);
            assertThat(member.next(3)).isEqualTo(texts(1, 2, 5));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "$share/g/$s/yesterday/group-bad/#, the offset of a stream subscription is",
        "$share/g/$s/earliest..latest/group-bad/#, its offset is a begin without an end",
        "$share/g/$s/earliest/other/#, no stream of the namespace covers the filter other/#",
        "$share/g/$stream/nothing, the namespace has no stream 'nothing'",
        "$share/__compaction/$s/earliest/group-bad/#, does not begin with '__'",
        "$share/pulsar.dedup/$s/earliest/group-bad/#, or 'pulsar.'",
        "'$share/ /$s/earliest/group-bad/#', is not blank",
        "$share/exclusive/$s/earliest/group-bad/#, has consumers that are not Key_Shared"
    })
    void saysWhatIsWrong(String filter, String reason, EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        if (broker.status().stream("group-bad").isEmpty()) {
            createKeyedByTopic(pulsar, broker, "group-bad", 1);
        }
        try (Device member = Device.connect(broker.port(), "group-bad");
                Consumer<byte[]> exclusive = pulsar.client()
                        .newConsumer()
                        .topic(Streams.pulsarTopic("group-bad"))
                        .subscriptionName("exclusive")
                        .subscriptionType(SubscriptionType.Exclusive)
                        .subscribe()) {
            assertThat(exclusive.isConnected()).isTrue();
            assertThatThrownBy(() -> member.client()
                            .subscribeWith()
                            .topicFilter(filter)
                            .qos(MqttQos.AT_LEAST_ONCE)
                            .send())
                    .isInstanceOfSatisfying(
                            Mqtt5SubAckException.class,
                            refused -> assertThat(refused.getMqttMessage()
                                            .getReasonString()
                                            .map(Object::toString))
                                    .hasValueSatisfying(said -> assertThat(said).contains(reason)));
        }
    }
}
