package io.magnetar.sink.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.magnetar.sink.server.KafkaBroker;
import io.magnetar.sink.server.SinkRun;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Sinks die and leave transactions open, go on as zombies beside their successors, and lose the broker in the middle of
 * it; each successor is given again what nobody acknowledged, and more. Each message is in Kafka once, in its order.
 */
@Timeout(600)
class ExactlyOnceTest {
    private static final int MESSAGES = 3_000;
    private static final int LIVES = 6;
    private static final int PARTITIONS = 2;
    private static final int KEYS = 10;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static Map<String, Object> configuration(KafkaBroker broker, String topic) {
        Map<String, Object> configuration = new HashMap<>();
        configuration.put("bootstrapServers", broker.servers());
        configuration.put("topic", topic);
        configuration.put("exactlyOnce", true);
        configuration.put("maxDelay", "5ms");
        configuration.put("maxRecords", 100);
        configuration.put("deliveryTimeout", "5s");
        configuration.put("onBadRecord", "skip");
        return configuration;
    }

    /**
     * A stream with its subscription, as Pulsar keeps it: messages go to one instance at a time, and after a change of the
     * instance they begin at the first that is not acknowledged. An instance that has ended is started anew.
     */
    private static final class Stream implements AutoCloseable {
        private final Map<String, Object> configuration;
        private final List<SinkRun> instances = new ArrayList<>();
        private final Map<Integer, List<SinkRun.TestRecord>> given = new HashMap<>();
        private SinkRun active;
        private int next;

        Stream(Map<String, Object> configuration) throws Exception {
            this.configuration = configuration;
            active = start();
        }

        private SinkRun start() throws Exception {
            SinkRun run = new SinkRun(new KafkaSink(), configuration);
            instances.add(run);
            return run;
        }

        /** From now on another instance is given messages, from one on; the one before lives on with what it has. */
        void takeOver(int from) throws Exception {
            active = start();
            next = from;
        }

        boolean isAcknowledged(int message) {
            return given.getOrDefault(message, List.of()).stream().anyMatch(SinkRun.TestRecord::isAcknowledged);
        }

        int firstUnacknowledged(int end) {
            return IntStream.range(0, end)
                    .filter(message -> !isAcknowledged(message))
                    .findFirst()
                    .orElse(end);
        }

        private void restartIfEnded(int end) throws Exception {
            Throwable reason = active.fatal();
            if (reason != null) {
                assertThat(reason)
                        .isInstanceOf(SucceededException.class)
                        .hasMessageContaining("another instance has taken over");
                takeOver(firstUnacknowledged(end));
            }
        }

        /** Gives all messages before one. */
        void give(int end) throws Exception {
            while (next < end) {
                restartIfEnded(end);
                int message = next++;
                try {
                    given.computeIfAbsent(message, index -> new ArrayList<>())
                            .add(active.write(
                                    message % PARTITIONS,
                                    message,
                                    "k" + message % KEYS,
                                    Integer.toString(message),
                                    Map.of()));
                } catch (IllegalStateException e) {
                    assertThat(e).hasCause(active.fatal());
                }
            }
        }

        /** Gives all messages before one until each is acknowledged. */
        void deliver(int end) throws Exception {
            give(end);
            while (firstUnacknowledged(end) < end) {
                SinkRun current = active;
                await().atMost(PATIENCE).until(() -> current.fatal() != null || firstUnacknowledged(end) == end);
                restartIfEnded(end);
                give(end);
            }
        }

        @Override
        public void close() throws Exception {
            for (SinkRun instance : instances) {
                instance.close();
            }
        }
    }

    @Test
    void everyMessageIsThereOnceInItsOrderWhateverDies() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (KafkaBroker broker = new KafkaBroker("").start()) {
            String topic = Topics.make(broker.servers(), 3);
            try (Stream stream = new Stream(configuration(broker, topic))) {
                int end = 0;
                for (int life = 0; life < LIVES - 1; life++) {
                    end += 50 + random.nextInt(MESSAGES / LIVES - 50);
                    if (life == 2) {
                        stream.give(end - 50);
                        broker.process().kill();
                        broker.start();
                    }
                    stream.give(end);
                    if (life % 2 == 1) {
                        stream.deliver(end);
                    }
                    // What this one has not acknowledged is on its way while the next begins.
                    stream.takeOver(random.nextInt(stream.firstUnacknowledged(end) + 1));
                }
                stream.takeOver(0);
                stream.deliver(MESSAGES);
            }
            assertOnceAndInOrder(broker, topic, MESSAGES, seed);
        }
    }

    private static void assertOnceAndInOrder(KafkaBroker broker, String topic, int messages, long seed) {
        Map<String, List<Integer>> byKey = Topics.read(broker.servers(), topic).stream()
                .collect(Collectors.groupingBy(
                        ConsumerRecord::key,
                        Collectors.mapping(record -> Integer.valueOf(record.value()), Collectors.toList())));
        for (int key = 0; key < KEYS; key++) {
            int remainder = key;
            assertThat(byKey.get("k" + key))
                    .as("seed %d", seed)
                    .isEqualTo(IntStream.range(0, messages)
                            .filter(i -> i % KEYS == remainder)
                            .boxed()
                            .toList());
        }
    }

    @Test
    void anInstanceThatHasASuccessorEndsAndTakesNothingBack() throws Exception {
        try (KafkaBroker broker = new KafkaBroker("").start()) {
            String topic = Topics.make(broker.servers(), 1);
            Map<String, Object> configuration = configuration(broker, topic);
            try (SinkRun first = new SinkRun(new KafkaSink(), configuration);
                    SinkRun second = new SinkRun(new KafkaSink(), configuration)) {
                first.write(0, 1, "k", "1", Map.of());
                await().atMost(PATIENCE).until(() -> first.acknowledged() == 1);
                second.write(0, 2, "k", "2", Map.of());
                await().atMost(PATIENCE).until(() -> second.acknowledged() == 1);

                first.write(0, 2, "k", "2", Map.of());
                await().atMost(PATIENCE).until(() -> first.fatal() != null);
                assertThat(first.fatal())
                        .hasMessageContaining("another instance has taken over")
                        .hasMessageContaining("readings-partition-0");

                second.write(0, 3, "k", "3", Map.of());
                await().atMost(PATIENCE).until(() -> second.acknowledged() == 2);
                assertThat(second.fatal()).isNull();
                assertThat(second.metric("retries")).isZero();
            }
            assertThat(Topics.read(broker.servers(), topic))
                    .extracting(ConsumerRecord::value)
                    .containsExactly("1", "2", "3");
        }
    }

    /** As when a transaction has been open for longer than its timeout, or its identifier has expired. */
    @Test
    void anInstanceThatKafkaGaveUpEndsAndGoesOnInItsNextLife() throws Exception {
        try (KafkaBroker broker = new KafkaBroker("").start()) {
            String topic = Topics.make(broker.servers(), 1);
            try (Stream stream = new Stream(configuration(broker, topic))) {
                stream.deliver(20);
                try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.servers()))) {
                    admin.fenceProducers(List.of(Transactions.transactionalId(
                                    "fleet/streams/flow", "persistent://fleet/streams/readings-partition-0")))
                            .all()
                            .get();
                }
                stream.deliver(100);
                assertThat(stream.instances).hasSize(2);
            }
            assertOnceAndInOrder(broker, topic, 100, 0);
        }
    }

    @Test
    void anInstanceOutlivesABrokerThatHangs() throws Exception {
        try (KafkaBroker broker = new KafkaBroker("").start()) {
            String topic = Topics.make(broker.servers(), 1);
            Map<String, Object> configuration = configuration(broker, topic);
            configuration.put("deliveryTimeout", "2s");
            try (Stream stream = new Stream(configuration)) {
                stream.deliver(100);
                broker.process().hang();
                stream.give(200);
                await().atMost(PATIENCE).until(() -> stream.active.metric("retries") > 1);
                broker.process().goOn();
                stream.deliver(300);
                assertThat(stream.instances)
                        .singleElement()
                        .satisfies(only -> assertThat(only.fatal()).isNull());
            }
            assertOnceAndInOrder(broker, topic, 300, 0);
        }
    }

    @Test
    void aRecordThatKafkaRefusesIsLeftOutAndTheOthersAreThereOnce() throws Exception {
        try (KafkaBroker broker = new KafkaBroker("").start()) {
            String topic = Topics.make(broker.servers(), 1);
            Map<String, Object> configuration = new HashMap<>();
            configuration.put("bootstrapServers", broker.servers());
            configuration.put("topic", topic);
            configuration.put("exactlyOnce", true);
            configuration.put("maxRequestSize", "10KB");
            configuration.put("onBadRecord", "skip");
            try (SinkRun run = new SinkRun(new KafkaSink(), configuration)) {
                run.write("k", "1", Map.of());
                run.write("k", "x".repeat(20_000), Map.of());
                run.write("k", "2", Map.of());
                await().atMost(Duration.ofMinutes(1)).until(() -> run.acknowledged() == 3);
                assertThat(run.metric("skipped")).isEqualTo(1);
            }
            assertThat(Topics.read(broker.servers(), topic))
                    .extracting(ConsumerRecord::value)
                    .containsExactly("1", "2");
        }
    }
}
