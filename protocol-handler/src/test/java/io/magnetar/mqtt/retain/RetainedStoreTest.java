package io.magnetar.mqtt.retain;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.log.InMemoryCompactedLog;
import io.magnetar.message.Message;
import io.magnetar.message.MessageProperties;
import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamFailure.Kind;
import io.magnetar.tenancy.Namespace;
import io.magnetar.topic.TopicFilter;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RetainedStoreTest {
    private static final Namespace NAMESPACE = new Namespace("public");
    private static final StreamFailure DOWN = new StreamFailure(Kind.UNAVAILABLE, "simulated");
    private static final long NOW = 1_800_000_000_000L;

    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final InMemoryCompactedLog log = new InMemoryCompactedLog(tasks::add);
    private final RetainedStore one = open(new RetainLimits(1_000, 1 << 20, 1_000));
    private final RetainedStore two = open(new RetainLimits(1_000, 1 << 20, 1_000));
    private long micros = NOW * 1_000;

    private RetainedStore open(RetainLimits limits) {
        RetainedStore store = new RetainedStore(NAMESPACE, () -> limits);
        assertThat(store.open(log)).isCompleted();
        return store;
    }

    private Message message(String topic, String text, String clientId, MessageProperties properties) {
        return new Message(
                topic,
                text.getBytes(UTF_8),
                Qos.AT_LEAST_ONCE,
                true,
                properties,
                new Publisher(NAMESPACE, clientId, null),
                micros++);
    }

    private Message message(String topic, String text) {
        return message(topic, text, "client", MessageProperties.NONE);
    }

    private static void publish(RetainedStore store, Message message) {
        assertThat(store.keep(message)).isNull();
        store.append(message, failure -> {});
    }

    private void runAll() {
        while (!tasks.isEmpty()) {
            tasks.remove().run();
        }
    }

    private static Map<String, String> all(RetainedStore store) {
        Map<String, String> all = new TreeMap<>();
        RetainedWalk walk = store.walk(new TopicFilter("#"));
        while (!walk.isAtEnd()) {
            RetainedMessage next = walk.peek(100);
            if (next != null) {
                all.put(next.message().topic(), new String(next.message().payload(), UTF_8));
                walk.advance();
            }
        }
        assertThat(store.count()).isEqualTo(all.size());
        return all;
    }

    @Test
    void showsWhatIsPublishedHereAtOnceAndElsewhereWhenTheLogHasIt() {
        publish(one, message("a", "1"));
        assertThat(all(one)).containsEntry("a", "1");
        assertThat(all(two)).isEmpty();

        runAll();
        assertThat(all(two)).containsEntry("a", "1");

        publish(two, message("a", ""));
        runAll();
        assertThat(all(one)).isEmpty();
        assertThat(one.bytes()).isZero();
    }

    @Test
    void doesNotGoBackToWhatTheLogHadBeforeItsOwn() {
        publish(two, message("a", "other", "other", MessageProperties.NONE));
        publish(one, message("a", "own"));
        tasks.remove().run();

        assertThat(all(one)).as("ours is behind the other in the log").containsEntry("a", "own");
        runAll();
        assertThat(all(one)).containsEntry("a", "own");
        assertThat(all(two)).containsEntry("a", "own");
    }

    @Test
    void takesBackWhatTheLogDidNotTake() {
        publish(one, message("a", "kept"));
        runAll();
        publish(one, message("a", "lost"));
        publish(one, message("b", "lost"));
        log.failWith(DOWN);
        runAll();

        assertThat(all(one)).containsOnly(Map.entry("a", "kept"));
        log.failWith(null);
        publish(two, message("a", "next"));
        runAll();
        assertThat(all(one)).containsOnly(Map.entry("a", "next"));
    }

    @Test
    void keepsWithinItsLimits() {
        RetainedStore small = open(new RetainLimits(2, 2_000, 100));
        publish(small, message("a", "1"));
        publish(small, message("b", "1"));

        assertThat(refusal(small, message("c", "1"))).isEqualTo(Kind.QUOTA_EXCEEDED);
        assertThat(refusal(small, message("a", "x".repeat(101)))).isEqualTo(Kind.QUOTA_EXCEEDED);
        publish(small, message("a", "x".repeat(100)));
        publish(small, message("b", ""));
        publish(small, message("c", "1"));
        assertThat(all(small)).containsOnlyKeys("a", "c");

        RetainedStore tiny = open(new RetainLimits(100, 1_000, 1_000));
        publish(tiny, message("a", "x".repeat(500)));
        assertThat(refusal(tiny, message("b", "x".repeat(500)))).isEqualTo(Kind.QUOTA_EXCEEDED);
        publish(tiny, message("a", "y".repeat(500)));
        assertThat(all(tiny)).containsOnlyKeys("a");
    }

    private static @Nullable Kind refusal(RetainedStore store, Message message) {
        StreamFailure refusal = store.keep(message);
        return refusal == null ? null : refusal.kind();
    }

    @Test
    void deletesWhatHasExpiredFromAllBrokersAndTheLog() {
        MessageProperties soon = MessageProperties.NONE.expiringAt(NOW + 1_000);
        publish(one, message("soon", "1", "client", soon));
        publish(one, message("never", "1"));
        runAll();
        one.expire(NOW + 999, 100);
        assertThat(tasks).isEmpty();

        one.expire(NOW + 1_000, 100);
        runAll();

        assertThat(all(one)).containsOnlyKeys("never");
        assertThat(all(two)).containsOnlyKeys("never");
        assertThat(all(open(new RetainLimits(10, 10_000, 100)))).containsOnlyKeys("never");
    }

    @Test
    void anExpiryThatMeetsANewerMessageInTheLogDeletesNothing() {
        MessageProperties soon = MessageProperties.NONE.expiringAt(NOW + 1_000);
        publish(one, message("a", "old", "client", soon));
        runAll();
        one.expire(NOW + 2_000, 100);
        Runnable expiry = tasks.remove();
        publish(two, message("a", "new"));
        tasks.remove().run();
        expiry.run();
        runAll();

        assertThat(all(one)).containsEntry("a", "new");
        assertThat(all(two)).containsEntry("a", "new");
        assertThat(all(open(new RetainLimits(10, 10_000, 100)))).containsEntry("a", "new");
    }

    @Test
    void allBrokersAgreeWithTheLogWhateverTheInterleaving() {
        for (int round = 0; round < 300; round++) {
            long seed = System.nanoTime();
            try {
                new RetainedStoreTest().simulate(new Random(seed));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private void simulate(Random random) {
        List<RetainedStore> brokers = List.of(one, two, open(new RetainLimits(1_000, 1 << 20, 1_000)));
        for (int step = 0; step < 400; step++) {
            switch (random.nextInt(8)) {
                case 0, 1, 2 -> {
                    int broker = random.nextInt(brokers.size());
                    boolean expires = random.nextInt(4) == 0;
                    Message message = message(
                            "topic/" + random.nextInt(4),
                            random.nextInt(5) == 0 ? "" : Integer.toString(step),
                            "client-of-" + broker,
                            expires ? MessageProperties.NONE.expiringAt(NOW + step) : MessageProperties.NONE);
                    publish(brokers.get(broker), message);
                }
                case 3 -> log.failWith(random.nextInt(3) == 0 ? DOWN : null);
                case 4 -> brokers.get(random.nextInt(brokers.size())).expire(NOW + step - 50, 3);
                default -> {
                    if (!tasks.isEmpty()) {
                        tasks.remove().run();
                    }
                }
            }
        }
        log.failWith(null);
        runAll();
        brokers.forEach(broker -> broker.expire(NOW - 1, 0));
        runAll();

        Map<String, String> inLog = all(open(new RetainLimits(1_000, 1 << 20, 1_000)));
        assertThat(brokers).allSatisfy(broker -> assertThat(all(broker)).isEqualTo(inLog));
    }
}
