package io.magnetar.it.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.it.pulsar.PulsarExtension;
import io.magnetar.stream.EndPosition;
import io.magnetar.stream.Position;
import io.magnetar.stream.ReplayPace;
import io.magnetar.stream.ReplayRange;
import io.magnetar.stream.RetentionFloors;
import io.magnetar.stream.StartPosition;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamFailure.Kind;
import io.magnetar.stream.StreamReaders.StreamMessage;
import io.magnetar.stream.compaction.PulsarCompactions;
import io.magnetar.stream.newest.IndexMemory;
import io.magnetar.stream.read.PulsarStreamReaders;
import io.magnetar.stream.read.ReadSettings;
import io.magnetar.topic.TopicFilter;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.pulsar.client.admin.PulsarAdminException;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.Producer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Replays of last-value streams: which messages they show, whatever compaction does. The payload of a message is its key and version. */
@ExtendWith(PulsarExtension.class)
class NewestReplayTest {
    static final Map<String, String> LAST_VALUE =
            Map.of("mqtt.filter", "a/#", "mqtt.key", "topic", "mqtt.last-value", "true");
    static final StartPosition EARLIEST = new StartPosition.Earliest();
    static final EndPosition NOW = new EndPosition.Now();
    static final int MANY = 1_000_000;
    private static final long MARGIN_MICROS = TimeUnit.SECONDS.toMicros(5);

    /** When the first message of a test was received, epoch microseconds; each one behind it a millisecond later. */
    private final long began = TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis()) - TimeUnit.HOURS.toMicros(1);

    private final KeyUpdates updates = new KeyUpdates(began);

    static List<String> all(int from, int to, String version) {
        return IntStream.range(from, to).mapToObj(key -> "k" + key + version).toList();
    }

    static List<String> read(Streams streams, StreamDefinition stream, ReplayRange range, String filter)
            throws Exception {
        try (Replay replay = streams.read(stream, range, filter)) {
            replay.request(MANY);
            return end(replay);
        }
    }

    static List<String> end(Replay replay) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> replay.endedAfter >= 0 || replay.failure != null);
        assertThat(replay.failure).isNull();
        assertThat(replay.messages).hasSize(replay.endedAfter);
        return replay.payloads();
    }

    static List<String> now(Streams streams, StreamDefinition stream) throws Exception {
        return read(streams, stream, new ReplayRange(EARLIEST, NOW), "a/#");
    }

    @Test
    void showsEachKeyOnceInTheOrderOfUpdatesWhateverCompactionHasDone(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream = streams.create("newest", 4, LAST_VALUE);
            updates.updateAll(streams, stream, 40, "-1");
            for (int key = 0; key < 40; key += 2) {
                updates.update(streams, stream, "k" + key, "k" + key + "-2");
            }
            List<String> expected = new ArrayList<>();
            IntStream.range(0, 20).forEach(i -> expected.add("k" + (2 * i + 1) + "-1"));
            IntStream.range(0, 20).forEach(i -> expected.add("k" + 2 * i + "-2"));

            assertThat(now(streams, stream)).isEqualTo(expected);
            streams.compact(stream);
            assertThat(now(streams, stream)).isEqualTo(expected);
            updates.update(streams, stream, "k1", "k1-3");
            expected.remove("k1-1");
            expected.add("k1-3");
            assertThat(now(streams, stream)).isEqualTo(expected);
            streams.compact(stream);

            try (Replay replay = streams.read(stream, EARLIEST, "a/#")) {
                assertThat(replay.all(40)).isEqualTo(expected);
                updates.update(streams, stream, "k2", "k2-3");
                updates.update(streams, stream, "k2", "k2-4");
                assertThat(replay.await(42).subList(40, 42)).containsExactly("k2-3", "k2-4");
            }
        }
    }

    @Test
    void seesEachKeyWhileItsNewestMessageChangesAndCompactionRuns(EmbeddedPulsar pulsar) throws Exception {
        long seed = new SplittableRandom().nextLong();
        SplittableRandom random = new SplittableRandom(seed);
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream = streams.create("newest", 2, LAST_VALUE);
            Map<String, String> newest = new HashMap<>();
            for (int round = 0; round < 12; round++) {
                for (int i = 0; i < 200; i++) {
                    String key = "k" + random.nextInt(60);
                    boolean deletes = random.nextInt(8) == 0;
                    String payload = deletes ? "" : key + "-" + round + "." + i;
                    updates.at += 1_000;
                    var unused = streams.append(stream, streams.message("c", "a/" + key, payload, updates.at));
                    if (deletes) {
                        newest.remove(key);
                    } else {
                        newest.put(key, payload);
                    }
                }
                updates.update(streams, stream, "barrier", "barrier-" + round);
                updates.update(streams, stream, "k0", "k0-" + round);
                newest.put("barrier", "barrier-" + round);
                newest.put("k0", "k0-" + round);
                for (int partition = 0; partition < 2; partition++) {
                    triggerUnlessRunning(pulsar, stream.pulsarTopic(partition));
                }
                Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> streams.appender.pendingBytes() == 0);

                assertThat(now(streams, stream))
                        .as("seed %d, round %d", seed, round)
                        .containsExactlyInAnyOrderElementsOf(newest.values());
            }
        }
    }

    private static void triggerUnlessRunning(EmbeddedPulsar pulsar, String pulsarTopic) {
        try {
            pulsar.admin().topics().triggerCompaction(pulsarTopic);
        } catch (PulsarAdminException.ConflictException e) {
            // The one of the round before is still at work.
        } catch (PulsarAdminException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void goesOnWithWhatWasNewestWhenItBeganThoughAllIsUpdatedAndCompactedMeanwhile(EmbeddedPulsar pulsar)
            throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream = streams.create("newest", 2, LAST_VALUE);
            updates.updateAll(streams, stream, 100, "-1");
            updates.updateAll(streams, stream, 50, "-2");
            streams.compact(stream);
            List<String> expected = new ArrayList<>(all(50, 100, "-1"));
            expected.addAll(all(0, 50, "-2"));
            try (Replay replay = streams.read(stream, EARLIEST, "a/#");
                    Replay range = streams.read(stream, new ReplayRange(EARLIEST, NOW), "a/#")) {
                replay.request(10);
                range.request(10);
                assertThat(replay.await(10)).isEqualTo(expected.subList(0, 10));
                assertThat(range.await(10)).isEqualTo(expected.subList(0, 10));
                updates.updateAll(streams, stream, 100, "-3");
                streams.compact(stream);
                updates.updateAll(streams, stream, 50, "-4");
                streams.compact(stream);

                range.request(MANY);
                assertThat(end(range)).isEqualTo(expected);
                List<String> shown = replay.all(250);
                assertThat(shown.subList(0, 100)).isEqualTo(expected);
                assertThat(shown.subList(100, 250))
                        .containsExactlyInAnyOrderElementsOf(concat(all(0, 100, "-3"), all(0, 50, "-4")));
            }
        }
    }

    private static List<String> concat(List<String> one, List<String> other) {
        List<String> both = new ArrayList<>(one);
        both.addAll(other);
        return both;
    }

    @Test
    void anEmptyPayloadDeletesItsKey(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream = streams.create("newest", 1, LAST_VALUE);
            updates.updateAll(streams, stream, 5, "-1");
            updates.update(streams, stream, "k1", "");
            updates.update(streams, stream, "k3", "");
            updates.update(streams, stream, "k3", "k3-2");

            assertThat(now(streams, stream)).containsExactly("k0-1", "k2-1", "k4-1", "k3-2");
            streams.compact(stream);
            assertThat(now(streams, stream)).containsExactly("k0-1", "k2-1", "k4-1", "k3-2");
            try (Replay replay = streams.read(stream, EARLIEST, "a/#")) {
                replay.all(4);
                updates.update(streams, stream, "k0", "");
                assertThat(replay.await(5).get(4)).as("live").isEmpty();
            }
            updates.update(streams, stream, "k2", "");
            updates.update(streams, stream, "k4", "");
            updates.update(streams, stream, "k3", "");
            assertThat(now(streams, stream)).isEmpty();
            streams.compact(stream);
            assertThat(now(streams, stream)).isEmpty();
        }
    }

    @Test
    void isNarrowedAndBeginsAtATimeOrWithTheLastKeys(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream = streams.create("newest", 1, LAST_VALUE);
            updates.updateAll(streams, stream, 10, "-1");
            long second = updates.at;
            updates.update(streams, stream, "k2", "k2-2");
            updates.update(streams, stream, "k2", "k2-3");
            for (int compacted = 0; compacted < 2; compacted++) {
                assertThat(read(streams, stream, new ReplayRange(EARLIEST, NOW), "a/k2"))
                        .containsExactly("k2-3");
                assertThat(read(streams, stream, new ReplayRange(new StartPosition.Timestamp(second), NOW), "a/#"))
                        .containsExactly("k9-1", "k2-3");
                assertThat(read(streams, stream, new ReplayRange(new StartPosition.Last(3), NOW), "a/#"))
                        .containsExactly("k8-1", "k9-1", "k2-3");
                assertThat(read(streams, stream, new ReplayRange(new StartPosition.Latest(), NOW), "a/#"))
                        .isEmpty();
                streams.compact(stream);
            }
        }
    }

    @Test
    void aRangeShowsWhatWasNewestAtItsEnd(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream = streams.create("newest", 2, LAST_VALUE);
            updates.at = TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis());
            updates.updateAll(streams, stream, 6, "-1");
            updates.update(streams, stream, "k1", "");
            long end = updates.at + 1;
            updates.updateAll(streams, stream, 6, "-2");
            streams.compact(stream);
            // What was stored before a time is known for sure when its margin is over.
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis()) > end + MARGIN_MICROS);

            EndPosition then = new EndPosition.Timestamp(end);
            assertThat(read(streams, stream, new ReplayRange(EARLIEST, then), "a/#"))
                    .containsExactly("k0-1", "k2-1", "k3-1", "k4-1", "k5-1");
            assertThat(read(streams, stream, new ReplayRange(new StartPosition.Timestamp(end - 1_001), then), "a/#"))
                    .containsExactly("k5-1");
        }
    }

    @Test
    void aRangeIntoTheFutureBeginsWithWhatIsNewestNow(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream = streams.create("newest", 2, LAST_VALUE);
            updates.updateAll(streams, stream, 3, "-1");
            updates.updateAll(streams, stream, 3, "-2");
            long end = TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis()) + 3_000_000;
            try (Replay replay =
                    streams.read(stream, new ReplayRange(EARLIEST, new EndPosition.Timestamp(end)), "a/#")) {
                replay.request(MANY);
                assertThat(replay.await(3)).containsExactly("k0-2", "k1-2", "k2-2");
                updates.update(streams, stream, "k0", "k0-3");
                updates.update(streams, stream, "k0", "k0-4");

                assertThat(end(replay)).containsExactly("k0-2", "k1-2", "k2-2", "k0-3", "k0-4");
            }
        }
    }

    @Test
    void oneThatGoesOnSeesTheNewestAndTheDeletionsSinceAndWhatWasOnItsWay(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream = streams.create("newest", 1, LAST_VALUE);
            updates.updateAll(streams, stream, 6, "-1");
            List<StreamMessage> first;
            try (Replay replay = streams.read(stream, EARLIEST, "a/#")) {
                replay.request(4);
                replay.await(4);
                first = List.copyOf(replay.messages);
            }
            updates.updateAll(streams, stream, 5, "-2");
            updates.update(streams, stream, "k0", "k0-3");
            updates.update(streams, stream, "k1", "");
            streams.compact(stream);

            Position after = first.get(1).position();
            StartPosition place = new StartPosition.Resume(
                    0, Map.of(0, after), Map.of(0, Set.of(first.get(2).position())));
            assertThat(read(streams, stream, new ReplayRange(place, NOW), "a/#"))
                    .as("k2-1 was on its way, k1 was deleted")
                    .containsExactly("k2-1", "k5-1", "k2-2", "k3-2", "k4-2", "k0-3", "");
        }
    }

    @Test
    void whatTheLogHasLostIsThereAsCompactionLeftIt(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream = streams.create("newest", 1, LAST_VALUE);
            updates.updateAll(streams, stream, 20, "-1");
            updates.updateAll(streams, stream, 5, "-2");
            List<StreamMessage> first;
            try (Replay replay = streams.read(stream, EARLIEST, "a/#")) {
                replay.all(20);
                first = List.copyOf(replay.messages);
            }
            streams.compact(stream);
            pulsar.admin().topics().unload(stream.pulsarTopic()); // Only a ledger that has ended can be cut off.
            updates.update(streams, stream, "k6", "k6-3");
            pulsar.admin().topics().truncate(stream.pulsarTopic());
            updates.update(streams, stream, "k7", "k7-3");

            List<String> expected = new ArrayList<>(all(5, 20, "-1"));
            expected.addAll(all(0, 5, "-2"));
            expected.removeAll(List.of("k6-1", "k7-1"));
            expected.addAll(List.of("k6-3", "k7-3"));
            assertThat(now(streams, stream)).isEqualTo(expected);
            assertThat(read(streams, stream, new ReplayRange(new StartPosition.Last(4), NOW), "a/#"))
                    .isEqualTo(expected.subList(16, 20));
            StartPosition place =
                    new StartPosition.Resume(0, Map.of(0, first.get(9).position()));
            try (Replay replay = streams.read(stream, new ReplayRange(place, NOW), "a/#")) {
                replay.request(MANY);
                assertThat(end(replay)).isEqualTo(expected.subList(8, 20));
                assertThat(replay.placesLost).hasValue(1);
            }
        }
    }

    @Test
    void keysExpire(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream = streams.create("newest", 2, LAST_VALUE);
            updates.updateAll(streams, stream, 6, "-1");
            updates.update(streams, stream, "k1", "k1-2");
            streams.floorMicros = began + 4_000;

            assertThat(now(streams, stream)).containsExactly("k3-1", "k4-1", "k5-1", "k1-2");
            streams.compact(stream);
            streams.floorMicros = began + 4_001;
            assertThat(now(streams, stream)).containsExactly("k4-1", "k5-1", "k1-2");
        }
    }

    @Test
    void takesWhatPulsarProducersWriteWithAKeyAndWithout(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream = streams.create("newest", 1, LAST_VALUE);
            try (Producer<byte[]> producer = pulsar.client()
                    .newProducer()
                    .topic(stream.pulsarTopic())
                    .batchingMaxPublishDelay(1, TimeUnit.SECONDS)
                    .create()) {
                List<CompletableFuture<MessageId>> sent = new ArrayList<>();
                for (int i = 0; i < 10; i++) {
                    sent.add(producer.newMessage()
                            .key("x" + i % 3)
                            .property("mqtt.topic", "a/x")
                            .value(("x" + i).getBytes(UTF_8))
                            .sendAsync());
                    sent.add(producer.newMessage()
                            .property("mqtt.topic", "a/y" + i % 2)
                            .value(("y" + i).getBytes(UTF_8))
                            .sendAsync());
                }
                sent.add(producer.newMessage().key("x0").value(new byte[0]).sendAsync());
                producer.flush();
                CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new)).get(20, TimeUnit.SECONDS);
            }
            for (int compacted = 0; compacted < 2; compacted++) {
                assertThat(now(streams, stream)).containsExactly("x7", "x8", "y8", "y9");
                streams.compact(stream);
            }
        }
    }

    @Test
    void keepsItsPaceInOneOrder(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream = streams.create("newest", 3, LAST_VALUE);
            updates.updateAll(streams, stream, 100, "-1");
            try (Replay replay = streams.read(stream, new ReplayRange(EARLIEST, NOW), "a/#")) {
                long begins = System.nanoTime();
                Objects.requireNonNull(replay.reader).pace(new ReplayPace(0.2, ReplayPace.UNLIMITED));
                replay.request(MANY);

                assertThat(end(replay)).isEqualTo(all(0, 100, "-1"));
                assertThat(System.nanoTime() - begins)
                        .as("99 gaps of a millisecond, each five times as long")
                        .isGreaterThan(TimeUnit.MILLISECONDS.toNanos(450));
            }
        }
    }

    @Test
    void replaysWaitForMemoryAndOneThatNeedsTooMuchSaysSo(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream = streams.create("newest", 2, LAST_VALUE);
            updates.updateAll(streams, stream, 300, "-1");
            IndexMemory memory = new IndexMemory(48_000, 4);
            PulsarStreamReaders readers = new PulsarStreamReaders(
                    pulsar.client(),
                    streams.catalog,
                    RetentionFloors.NONE,
                    ReadSettings.of(100, 2),
                    new PulsarCompactions(pulsar.admin().topics()),
                    memory,
                    InstantSource.system());
            List<Replay> replays = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                Replay replay = new Replay();
                replay.reader = readers.open(stream, new ReplayRange(EARLIEST, NOW), new TopicFilter("a/#"), replay)
                        .get(20, TimeUnit.SECONDS);
                replay.request(MANY);
                replays.add(replay);
            }
            for (Replay replay : replays) {
                assertThat(end(replay)).isEqualTo(all(0, 300, "-1"));
            }
            Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> memory.usedBytes() == 0);

            updates.updateAll(streams, stream, 1_000, "-2");
            Replay tooMuch = new Replay();
            tooMuch.reader = readers.open(stream, ReplayRange.from(EARLIEST), new TopicFilter("a/#"), tooMuch)
                    .get(20, TimeUnit.SECONDS);
            tooMuch.request(MANY);
            Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> tooMuch.failure != null);
            assertThat(tooMuch.failure).satisfies(failure -> {
                assertThat(failure.kind()).isEqualTo(Kind.QUOTA_EXCEEDED);
                assertThat(failure.reason()).contains("half of what mqttMaxReplayIndexBytes says, 24000");
            });
            assertThat(memory.usedBytes()).isZero();
            readers.close();
        }
    }

    @Test
    void goesOnWhenItsPartitionsMove(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream = streams.create("newest", 2, LAST_VALUE);
            updates.updateAll(streams, stream, 300, "-1");
            streams.compact(stream);
            try (Replay replay = streams.read(stream, EARLIEST, "a/#")) {
                replay.request(20);
                replay.await(20);
                pulsar.admin().topics().unload(stream.pulsarTopic());
                assertThat(replay.all(300)).isEqualTo(all(0, 300, "-1"));
                pulsar.admin().topics().unload(stream.pulsarTopic());
                updates.update(streams, stream, "k0", "k0-2");
                assertThat(replay.await(301).get(300)).isEqualTo("k0-2");
            }
        }
    }
}
