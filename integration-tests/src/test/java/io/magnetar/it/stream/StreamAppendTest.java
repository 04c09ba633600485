package io.magnetar.it.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.it.pulsar.PulsarExtension;
import io.magnetar.message.Message;
import io.magnetar.message.MessageProperties;
import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.message.UserProperty;
import io.magnetar.stream.StartPosition;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamFailure.Kind;
import io.magnetar.stream.append.OwnedPartitions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.SubscriptionInitialPosition;
import org.apache.pulsar.client.api.SubscriptionType;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Appending through the Pulsar client, as to partitions that another broker owns. */
@ExtendWith(PulsarExtension.class)
class StreamAppendTest {
    private static final StartPosition EARLIEST = new StartPosition.Earliest();

    OwnedPartitions owned(EmbeddedPulsar pulsar) {
        return OwnedPartitions.NONE;
    }

    @Test
    void keepsEveryPartOfAMessage(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar, owned(pulsar))) {
            StreamDefinition stream = streams.create("readings", 1, Map.of("mqtt.filter", "a/b"));
            List<UserProperty> ordered = List.of(
                    new UserProperty("z", "1"),
                    new UserProperty("a", "2"),
                    new UserProperty("z", "3"),
                    new UserProperty("mqtt.topic", "not this"),
                    new UserProperty("", ""));
            List<Message> messages = List.of(
                    message(streams, Qos.AT_MOST_ONCE, false, MessageProperties.NONE),
                    message(
                            streams,
                            Qos.EXACTLY_ONCE,
                            true,
                            new MessageProperties(
                                    true,
                                    1_999_999_999_999L,
                                    "text/plain",
                                    "reply/to",
                                    new byte[] {0, -1, 7},
                                    ordered)),
                    message(
                            streams,
                            Qos.AT_LEAST_ONCE,
                            false,
                            MessageProperties.NONE.withUserProperties(
                                    List.of(new UserProperty("a", "1"), new UserProperty("b", "ü")))));
            for (Message message : messages) {
                streams.appendAndConfirm(stream, message);
            }

            try (Replay replay = streams.read(stream, EARLIEST, "a/b")) {
                replay.all(3);
                assertThat(replay.messages)
                        .extracting(read -> read.message())
                        .usingRecursiveFieldByFieldElementComparator()
                        .containsExactlyElementsOf(messages);
            }
        }
    }

    private static Message message(Streams streams, Qos qos, boolean retain, MessageProperties properties) {
        Publisher publisher = new Publisher(streams.namespace, "station 1", "ann");
        return new Message("a/b", new byte[] {1, 2, 3}, qos, retain, properties, publisher, 1_700_000_000_123_456L);
    }

    @Test
    void aPulsarConsumerSeesKeyTimeAndProperties(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar, owned(pulsar))) {
            StreamDefinition stream = streams.create("readings", 2, Map.of("mqtt.filter", "a/+"));
            Message message = message(
                    streams,
                    Qos.AT_LEAST_ONCE,
                    true,
                    MessageProperties.NONE.withUserProperties(List.of(new UserProperty("unit", "C"))));
            streams.appendAndConfirm(stream, message);

            try (Consumer<byte[]> consumer = pulsar.client()
                    .newConsumer()
                    .topic(stream.pulsarTopic())
                    .subscriptionName("audit")
                    .subscriptionInitialPosition(SubscriptionInitialPosition.Earliest)
                    .subscribe()) {
                org.apache.pulsar.client.api.Message<byte[]> read = consumer.receive(10, TimeUnit.SECONDS);
                assertThat(read).isNotNull();
                assertThat(read.getData()).containsExactly(1, 2, 3);
                assertThat(read.getKey()).isEqualTo("station 1");
                assertThat(read.getEventTime()).isEqualTo(1_700_000_000_123L);
                assertThat(read.getProperties())
                        .containsExactlyInAnyOrderEntriesOf(Map.of(
                                "mqtt.topic", "a/b",
                                "mqtt.ts", "1700000000123456",
                                "mqtt.qos", "1",
                                "mqtt.retain", "true",
                                "mqtt.client-id", "station 1",
                                "mqtt.username", "ann",
                                "unit", "C"));
            }
        }
    }

    @Test
    void putsAKeyIntoThePartitionThatTheJavaClientPicks(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar, owned(pulsar))) {
            StreamDefinition stream = streams.create("readings", 7, Map.of("mqtt.filter", "a/b"));
            int keys = 100;
            try (Producer<byte[]> producer =
                    pulsar.client().newProducer().topic(stream.pulsarTopic()).create()) {
                for (int i = 0; i < keys; i++) {
                    String key = "key-" + i * 7919 + "-ñ";
                    streams.appendAndConfirm(stream, streams.message(key, "a/b", "mqtt", 1_000_000L));
                    producer.newMessage().key(key).value("api".getBytes(UTF_8)).send();
                }
            }

            Map<String, List<String>> partitions = new HashMap<>();
            for (org.apache.pulsar.client.api.Message<byte[]> read : consume(pulsar, stream, 2 * keys)) {
                partitions
                        .computeIfAbsent(read.getKey(), key -> new ArrayList<>())
                        .add(read.getTopicName());
            }
            assertThat(partitions)
                    .hasSize(keys)
                    .allSatisfy((key, topics) -> assertThat(topics).hasSize(2).containsOnly(topics.get(0)));
        }
    }

    private static List<org.apache.pulsar.client.api.Message<byte[]>> consume(
            EmbeddedPulsar pulsar, StreamDefinition stream, int count) throws Exception {
        List<org.apache.pulsar.client.api.Message<byte[]>> all = new ArrayList<>();
        try (Consumer<byte[]> consumer = pulsar.client()
                .newConsumer()
                .topic(stream.pulsarTopic())
                .subscriptionName("all")
                .subscriptionInitialPosition(SubscriptionInitialPosition.Earliest)
                .subscribe()) {
            while (all.size() < count) {
                org.apache.pulsar.client.api.Message<byte[]> read = consumer.receive(10, TimeUnit.SECONDS);
                assertThat(read).as("message %s of %s", all.size() + 1, count).isNotNull();
                all.add(read);
            }
        }
        return all;
    }

    @Test
    void unloadingPartitionsLosesAndRepeatsNothingAndKeepsTheOrderOfKeys(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar, owned(pulsar))) {
            StreamDefinition stream = streams.create("readings", 2, Map.of("mqtt.filter", "a/b"));
            pulsar.admin().namespaces().setDeduplicationStatus(streams.namespace + "/streams", true);
            int messages = 20_000;
            List<CompletableFuture<Optional<StreamFailure>>> answers = new ArrayList<>();
            for (int i = 0; i < messages; i++) {
                answers.add(streams.append(stream, streams.message("c" + i % 50, "a/b", "" + i, 1_000_000L + i)));
                if (i % 5_000 == 2_500) {
                    pulsar.admin().topics().unload(stream.pulsarTopic(i / 5_000 % 2));
                }
            }
            for (CompletableFuture<Optional<StreamFailure>> answer : answers) {
                assertThat(answer.get(60, TimeUnit.SECONDS)).isEmpty();
            }
            assertThat(streams.appender.pendingBytes()).isZero();

            try (Replay replay = streams.read(stream, EARLIEST, "a/b")) {
                List<String> read = replay.all(messages);
                assertThat(read)
                        .containsExactlyInAnyOrderElementsOf(IntStream.range(0, messages)
                                .mapToObj(String::valueOf)
                                .toList());
                for (int client = 0; client < 50; client++) {
                    int wanted = client;
                    assertThat(read.stream().map(Integer::valueOf).filter(i -> i % 50 == wanted))
                            .isSorted();
                }
            }
        }
    }

    @Test
    void keySharedConsumersGetWholeBucketsInOrder(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar, owned(pulsar))) {
            StreamDefinition stream =
                    streams.create("readings", 1, Map.of("mqtt.filter", "a/b", "mqtt.order-buckets", "8"));
            int messages = 5_000;
            try (Consumer<byte[]> first = keyShared(pulsar, stream);
                    Consumer<byte[]> second = keyShared(pulsar, stream)) {
                for (int i = 0; i < messages; i++) {
                    var unused = streams.append(stream, streams.message("c" + i % 100, "a/b", "" + i, 1_000_000L + i));
                }
                Map<String, List<Integer>> byKey = new HashMap<>();
                Map<String, Consumer<byte[]>> owners = new HashMap<>();
                int received = 0;
                long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
                while (received < messages) {
                    assertThat(System.nanoTime()).as("received %s", received).isLessThan(deadline);
                    for (Consumer<byte[]> consumer : List.of(first, second)) {
                        for (var read = consumer.receive(5, TimeUnit.MILLISECONDS);
                                read != null;
                                read = consumer.receive(5, TimeUnit.MILLISECONDS)) {
                            byKey.computeIfAbsent(read.getKey(), key -> new ArrayList<>())
                                    .add(Integer.valueOf(new String(read.getData(), UTF_8)));
                            assertThat(owners.computeIfAbsent(read.getKey(), key -> consumer))
                                    .isSameAs(consumer);
                            consumer.acknowledge(read);
                            received++;
                        }
                    }
                }
                assertThat(owners.values()).contains(first, second);
                assertThat(byKey)
                        .hasSize(100)
                        .allSatisfy((key, order) -> assertThat(order).isSorted().doesNotHaveDuplicates());
            }
        }
    }

    private static Consumer<byte[]> keyShared(EmbeddedPulsar pulsar, StreamDefinition stream) throws Exception {
        return pulsar.client()
                .newConsumer()
                .topic(stream.pulsarTopic())
                .subscriptionName("shared")
                .subscriptionType(SubscriptionType.Key_Shared)
                .subscriptionInitialPosition(SubscriptionInitialPosition.Earliest)
                .subscribe();
    }

    @Test
    void gathersTheMessagesOfABusyPartitionInFewEntries(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar, owned(pulsar))) {
            StreamDefinition stream =
                    streams.create("readings", 1, Map.of("mqtt.filter", "a/b", "mqtt.order-buckets", "0"));
            List<CompletableFuture<Optional<StreamFailure>>> answers = new ArrayList<>();
            for (int i = 0; i < 10_000; i++) {
                answers.add(streams.append(stream, streams.message("c" + i, "a/b", "" + i, 1_000_000L + i)));
            }
            for (CompletableFuture<Optional<StreamFailure>> answer : answers) {
                assertThat(answer.get(30, TimeUnit.SECONDS)).isEmpty();
            }

            long entries = pulsar.admin().topics().getInternalStats(stream.pulsarTopic(0)).numberOfEntries;
            assertThat(entries).isBetween(1L, 1_000L);
        }
    }

    @Test
    void answersGoneWhenTheStreamIsDeleted(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar, owned(pulsar))) {
            StreamDefinition stream = streams.create("readings", 1, Map.of("mqtt.filter", "a/b"));
            streams.appendAndConfirm(stream, streams.message("c", "a/b", "first", 1_000_000L));

            pulsar.admin().topics().deletePartitionedTopic(stream.pulsarTopic(), true);
            Awaitility.await().until(() -> streams.find("readings").isEmpty());

            assertThat(streams.append(stream, streams.message("c", "a/b", "late", 1_000_001L))
                            .get(20, TimeUnit.SECONDS))
                    .map(StreamFailure::kind)
                    .contains(Kind.GONE);
            Awaitility.await().until(() -> streams.appender.pendingBytes() == 0);

            StreamDefinition again = streams.create("readings", 2, Map.of("mqtt.filter", "a/b"));
            streams.appendAndConfirm(again, streams.message("c", "a/b", "anew", 1_000_002L));
        }
    }

    @Test
    void doesNotCallAStreamGoneThatWasAlteredIntoABadOne(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar, owned(pulsar))) {
            StreamDefinition stream = streams.create("readings", 1, Map.of("mqtt.filter", "a/b"));
            streams.appendAndConfirm(stream, streams.message("c", "a/b", "first", 1_000_000L));

            pulsar.admin().topics().updateProperties(stream.pulsarTopic(), Map.of("mqtt.kye", "topic"));
            Awaitility.await().until(() -> streams.find("readings").isEmpty());

            assertThat(streams.append(stream, streams.message("c", "a/b", "late", 1_000_001L))
                            .get(20, TimeUnit.SECONDS))
                    .map(StreamFailure::kind)
                    .contains(Kind.UNAVAILABLE);
        }
    }

    @Test
    void refusesAMessageThatTheLogCannotTakeAndTakesTheNext(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar, owned(pulsar))) {
            StreamDefinition stream = streams.create("readings", 1, Map.of("mqtt.filter", "a/b"));
            String tooLarge = "x".repeat(6 << 20);

            CompletableFuture<Optional<StreamFailure>> refused =
                    streams.append(stream, streams.message("c", "a/b", tooLarge, 1_000_000L));
            CompletableFuture<Optional<StreamFailure>> taken =
                    streams.append(stream, streams.message("c", "a/b", "small", 1_000_001L));

            assertThat(refused.get(30, TimeUnit.SECONDS))
                    .map(StreamFailure::kind)
                    .contains(Kind.TOO_LARGE);
            assertThat(taken.get(30, TimeUnit.SECONDS)).isEmpty();
        }
    }

    @Test
    void takesManyMessagesWithSmallPayloadsAndLargeProperties(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar, owned(pulsar))) {
            StreamDefinition stream = streams.create("readings", 1, Map.of("mqtt.filter", "a/b"));
            String large = "p".repeat(8_000);
            MessageProperties properties = MessageProperties.NONE.withUserProperties(
                    List.of(new UserProperty("b", large), new UserProperty("a", large)));
            List<CompletableFuture<Optional<StreamFailure>>> answers = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                answers.add(streams.append(stream, message(streams, Qos.AT_LEAST_ONCE, false, properties)));
            }
            for (CompletableFuture<Optional<StreamFailure>> answer : answers) {
                assertThat(answer.get(30, TimeUnit.SECONDS)).isEmpty();
            }
        }
    }

    @Test
    void failsWhatWaitsTooLongForAPartitionAndGoesOnWhenItIsBack(EmbeddedPulsar pulsar) throws Exception {
        String tenant = pulsar.newTenant();
        try (Streams streams = Streams.open(pulsar, tenant, owned(pulsar), 1_500)) {
            StreamDefinition stream = streams.create("readings", 1, Map.of("mqtt.filter", "a/b"));
            // A writer of this name is there already, as when a broker's old connection has not been noticed to be
            // dead.
            try (Producer<byte[]> old = pulsar.client()
                    .newProducer()
                    .topic(stream.pulsarTopic(0))
                    .producerName(Streams.WRITER)
                    .create()) {
                assertThat(streams.append(stream, streams.message("c", "a/b", "lost", 1_000_000L))
                                .get(10, TimeUnit.SECONDS))
                        .map(StreamFailure::kind)
                        .contains(Kind.UNAVAILABLE);
                assertThat(streams.appender.pendingBytes()).isZero();
                assertThat(old.isConnected()).isTrue();
            }
            Awaitility.await()
                    .until(() -> streams.append(stream, streams.message("c", "a/b", "kept", 1_000_001L))
                            .get(10, TimeUnit.SECONDS)
                            .isEmpty());

            assertThat(consume(pulsar, stream, 1))
                    .extracting(read -> new String(read.getData(), UTF_8))
                    .containsExactly("kept");
        }
    }

    @Test
    void changesItsBatchesWithTheDefinition(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar, owned(pulsar))) {
            StreamDefinition stream = streams.create("readings", 1, Map.of("mqtt.filter", "a/b"));
            streams.appendAndConfirm(stream, streams.message("c", "a/b", "bucket", 1_000_000L));

            CountDownLatch changed = new CountDownLatch(1);
            streams.catalog.onChange(namespace -> changed.countDown()); // told after the appender
            pulsar.admin()
                    .topics()
                    .updateProperties(stream.pulsarTopic(), Map.of("mqtt.filter", "a/b", "mqtt.order-buckets", "0"));
            assertThat(changed.await(10, TimeUnit.SECONDS)).isTrue();
            streams.appendAndConfirm(
                    streams.find("readings").orElseThrow(), streams.message("c", "a/b", "plain", 1_000_001L));

            assertThat(consume(pulsar, stream, 2))
                    .extracting(org.apache.pulsar.client.api.Message::hasOrderingKey)
                    .containsExactly(true, false);
        }
    }

    @Test
    void answersEverythingBeforeItCloses(EmbeddedPulsar pulsar) throws Exception {
        List<CompletableFuture<Optional<StreamFailure>>> answers = new ArrayList<>();
        try (Streams streams = Streams.open(pulsar, owned(pulsar))) {
            StreamDefinition stream = streams.create("readings", 2, Map.of("mqtt.filter", "a/b"));
            for (int i = 0; i < 5_000; i++) {
                answers.add(streams.append(stream, streams.message("c" + i, "a/b", "" + i, 1_000_000L + i)));
            }
        }
        assertThat(answers).allSatisfy(answer -> assertThat(answer).isCompletedWithValue(Optional.empty()));
    }
}
