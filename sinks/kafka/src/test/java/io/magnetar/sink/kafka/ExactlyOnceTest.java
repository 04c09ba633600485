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

    @Test
    void everyMessageIsThereOnceInItsOrderWhateverDies() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<SinkRun> zombies = new ArrayList<>();
        try (KafkaBroker broker = new KafkaBroker("").start()) {
            String topic = Topics.make(broker.servers(), 3);
            Map<String, Object> configuration = new HashMap<>();
            configuration.put("bootstrapServers", broker.servers());
            configuration.put("topic", topic);
            configuration.put("exactlyOnce", true);
            configuration.put("maxDelay", "5ms");
            configuration.put("maxRecords", 100);
            configuration.put("deliveryTimeout", "5s");
            configuration.put("onBadRecord", "skip");
            Map<Integer, List<SinkRun.TestRecord>> records = new HashMap<>();
            int sent = 0;
            for (int life = 0; life < LIVES; life++) {
                SinkRun run = new SinkRun(new KafkaSink(), configuration);
                zombies.add(run);
                int upTo = life == LIVES - 1 ? MESSAGES : sent + random.nextInt(MESSAGES / LIVES) + 1;
                // All that is not acknowledged, as Pulsar does it, and more.
                int from = life == LIVES - 1 ? 0 : random.nextInt(firstUnacknowledged(records, sent) + 1);
                List<SinkRun.TestRecord> written = new ArrayList<>();
                for (int i = from; i < upTo; i++) {
                    if (life == 2 && i == upTo - 50) {
                        broker.process().kill();
                        broker.start();
                    }
                    SinkRun.TestRecord record =
                            run.write(i % PARTITIONS, i, "k" + i % 10, Integer.toString(i), Map.of());
                    written.add(record);
                    records.computeIfAbsent(i, index -> new ArrayList<>()).add(record);
                }
                if (life % 2 == 1 || life == LIVES - 1) {
                    await().atMost(Duration.ofMinutes(2))
                            .until(() -> written.stream().allMatch(SinkRun.TestRecord::isAcknowledged));
                }
                // What this one has not acknowledged is on its way while the next begins.
                sent = Math.max(sent, upTo);
            }
            Map<String, List<Integer>> byKey = Topics.read(broker.servers(), topic).stream()
                    .collect(Collectors.groupingBy(
                            ConsumerRecord::key,
                            Collectors.mapping(record -> Integer.valueOf(record.value()), Collectors.toList())));
            for (int key = 0; key < 10; key++) {
                int remainder = key;
                assertThat(byKey.get("k" + key))
                        .as("seed %d", seed)
                        .isEqualTo(IntStream.range(0, MESSAGES)
                                .filter(i -> i % 10 == remainder)
                                .boxed()
                                .toList());
            }
        } finally {
            for (SinkRun zombie : zombies) {
                zombie.close();
            }
        }
    }

    private static int firstUnacknowledged(Map<Integer, List<SinkRun.TestRecord>> records, int sent) {
        return IntStream.range(0, sent)
                .filter(i -> records.getOrDefault(i, List.of()).stream().noneMatch(SinkRun.TestRecord::isAcknowledged))
                .findFirst()
                .orElse(sent);
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
