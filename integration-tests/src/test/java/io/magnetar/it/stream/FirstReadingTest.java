package io.magnetar.it.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.it.pulsar.PulsarExtension;
import io.magnetar.stream.ReplayRange;
import io.magnetar.stream.RetentionFloors;
import io.magnetar.stream.StartPosition;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamReaders.StreamReader;
import io.magnetar.stream.compaction.PulsarCompactions;
import io.magnetar.stream.newest.IndexMemory;
import io.magnetar.stream.newest.IndexMemory.Share;
import io.magnetar.stream.read.PulsarStreamReaders;
import io.magnetar.stream.read.ReadSettings;
import io.magnetar.topic.TopicFilter;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The first reading of a replay of newest messages, which learns what they are: it outlives partitions that move, and may be given up. */
@ExtendWith(PulsarExtension.class)
class FirstReadingTest {
    private static final int KEYS = 1_000;
    /** A reader asks for the floor before each 256 messages. */
    private static final int SECOND_READ = 2;

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final long began = TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis()) - TimeUnit.HOURS.toMicros(1);
    private final KeyUpdates updates = new KeyUpdates(began);

    /** Stops a reader on its way, once. */
    private static final class Stop implements Runnable {
        private final AtomicInteger reads = new AtomicInteger();
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch goesOn = new CountDownLatch(1);

        @Override
        public void run() {
            if (reads.incrementAndGet() == SECOND_READ) {
                reached.countDown();
                try {
                    assertThat(goesOn.await(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                            .isTrue();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void beginsAnewWhenThePartitionMoves(boolean compacted, EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream = streams.create("moves", 1, NewestReplayTest.LAST_VALUE);
            List<CompletableFuture<?>> appended = new ArrayList<>();
            for (int key = 0; key < KEYS; key++) {
                updates.at += 1_000;
                appended.add(streams.append(stream, streams.message("c", "a/k" + key, "k" + key + "-1", updates.at)));
            }
            CompletableFuture.allOf(appended.toArray(CompletableFuture[]::new))
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (compacted) {
                streams.compact(stream);
            }
            updates.update(streams, stream, "k0", "k0-2");
            List<String> expected = new ArrayList<>(NewestReplayTest.all(1, KEYS, "-1"));
            expected.add("k0-2");

            Stop stop = new Stop();
            streams.beforeRead = stop;
            try (Replay replay =
                    streams.read(stream, new ReplayRange(NewestReplayTest.EARLIEST, NewestReplayTest.NOW), "a/#")) {
                replay.request(NewestReplayTest.MANY);
                assertThat(stop.reached.await(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .isTrue();
                assertThat(replay.messages).as("nothing is shown yet").isEmpty();
                pulsar.admin().topics().unload(stream.pulsarTopic());
                stop.goesOn.countDown();

                assertThat(NewestReplayTest.end(replay))
                        .as("keys of other buckets may lie in another order")
                        .containsExactlyInAnyOrderElementsOf(expected)
                        .endsWith("k0-2");
            }
        }
    }

    @Test
    void whoWaitsForTheLastKeysAndGivesUpHoldsAndWaitsForNothing(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream = streams.create("given-up", 2, NewestReplayTest.LAST_VALUE);
            updates.updateAll(streams, stream, 20, "-1");
            IndexMemory memory = new IndexMemory(64_000, 1);
            PulsarStreamReaders readers = new PulsarStreamReaders(
                    pulsar.client(),
                    streams.catalog,
                    RetentionFloors.NONE,
                    ReadSettings.of(1, 1), // One reader at a time, so that one that is given up is not in the way.
                    new PulsarCompactions(pulsar.admin().topics()),
                    memory,
                    InstantSource.system());
            CompletableFuture<Share> other = new CompletableFuture<>();
            var unused = memory.enter(streams.namespace, 1_000, other::complete);
            Share held = other.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);

            CompletableFuture<StreamReader> opening = last(readers, stream, new Replay());
            Awaitility.await().atMost(PATIENCE).until(() -> memory.waiting() == 1);
            assertThat(opening.cancel(false)).isTrue();
            Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> memory.waiting() == 0);
            held.free();
            Replay replay = new Replay();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(5))
                    .ignoreExceptions()
                    .until(() ->
                            (replay.reader = last(readers, stream, replay).get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                                    != null);
            assertThat(replay.all(4)).hasSize(4);
            replay.close();
            Awaitility.await().atMost(PATIENCE).until(() -> memory.usedBytes() == 0);
            readers.close();
        }
    }

    private static CompletableFuture<StreamReader> last(
            PulsarStreamReaders readers, StreamDefinition stream, Replay replay) {
        return readers.open(stream, ReplayRange.from(new StartPosition.Last(2)), new TopicFilter("a/#"), replay);
    }
}
