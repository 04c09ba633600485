package io.magnetar.it.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.it.pulsar.PulsarExtension;
import io.magnetar.stream.StartPosition;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamReaders.StreamMessage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.bookkeeper.mledger.impl.ManagedLedgerImpl;
import org.apache.pulsar.broker.service.persistent.PersistentTopic;
import org.apache.pulsar.client.api.Producer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PulsarExtension.class)
class StreamReadTest {
    private static final StartPosition EARLIEST = new StartPosition.Earliest();
    private static final StartPosition LATEST = new StartPosition.Latest();

    private static long nowMicros() {
        return TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis());
    }

    @Test
    void readsFromATimestampInclusiveAndExactToTheMicrosecond(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream = streams.create("readings", 2, Map.of("mqtt.filter", "a/b"));
            long t = nowMicros();
            // Not in the order of time, as messages of two event loops may lie in a partition.
            for (long offset : new long[] {1, -1, 0, 2, -2}) {
                streams.appendAndConfirm(stream, streams.message("c", "a/b", "t" + offset, t + offset));
            }

            assertThat(from(streams, stream, t - 1, 4)).containsExactly("t1", "t-1", "t0", "t2");
            assertThat(from(streams, stream, t, 3)).containsExactly("t1", "t0", "t2");
            assertThat(from(streams, stream, t + 1, 2)).containsExactly("t1", "t2");
            assertThat(from(streams, stream, 0, 5)).hasSize(5);
        }
    }

    /** Reads from the time until a later message, so that what is missing would be seen. */
    private static List<String> from(Streams streams, StreamDefinition stream, long micros, int count)
            throws Exception {
        try (Replay replay = streams.read(stream, new StartPosition.Timestamp(micros), "a/b")) {
            replay.request(1_000);
            replay.await(count);
            String end = "end of " + micros + " " + System.nanoTime();
            streams.appendAndConfirm(stream, streams.message("c", "a/b", end, Long.MAX_VALUE));
            Awaitility.await().until(() -> replay.payloads().contains(end));
            return replay.payloads().stream()
                    .filter(payload -> payload.startsWith("t"))
                    .toList();
        }
    }

    /** A client that seeks is sent away and comes back 100 ms later: here the broker has not moved its cursor by then. */
    @Test
    void readsFromATimestampWhenTheBrokerIsSlow(EmbeddedPulsar pulsar) throws Exception {
        AtomicBoolean busy = new AtomicBoolean(true);
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream = streams.create("readings", 1, Map.of("mqtt.filter", "a/b"));
            long t = nowMicros();
            for (int i = 0; i < 3; i++) {
                streams.appendAndConfirm(stream, streams.message("c", "a/b", "t" + i, t + i));
            }
            PersistentTopic topic = (PersistentTopic) pulsar.broker()
                    .getBrokerService()
                    .getTopicReference(stream.pulsarTopic(0))
                    .orElseThrow();
            Executor ledger = ((ManagedLedgerImpl) topic.getManagedLedger()).getExecutor();
            for (int i = 0; i < 10; i++) {
                ledger.execute(new Busy(ledger, busy));
            }

            for (int i = 0; i < 3; i++) {
                try (Replay replay = streams.read(stream, new StartPosition.Timestamp(t), "a/b")) {
                    assertThat(replay.all(3)).containsExactly("t0", "t1", "t2");
                }
            }
        } finally {
            busy.set(false);
        }
    }

    /** Work that comes again and again: with ten of them all else waits for 300 ms. */
    private record Busy(Executor executor, AtomicBoolean goesOn) implements Runnable {
        @Override
        public void run() {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(30));
            if (goesOn.get()) {
                executor.execute(this);
            }
        }
    }

    @Test
    void readsNothingBeforeATimestampInTheFuture(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream = streams.create("readings", 1, Map.of("mqtt.filter", "a/b"));
            long future = nowMicros() + TimeUnit.HOURS.toMicros(1);
            streams.appendAndConfirm(stream, streams.message("c", "a/b", "old", nowMicros()));
            try (Replay replay = streams.read(stream, new StartPosition.Timestamp(future), "a/b")) {
                replay.request(10);
                streams.appendAndConfirm(stream, streams.message("c", "a/b", "too early", future - 1));
                streams.appendAndConfirm(stream, streams.message("c", "a/b", "in time", future));

                assertThat(replay.await(1)).containsExactly("in time");
            }
        }
    }

    @Test
    void latestReadsAllThatIsAppendedAfterOpening(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream = streams.create("readings", 4, Map.of("mqtt.filter", "a/b"));
            for (int i = 0; i < 20; i++) {
                streams.appendAndConfirm(stream, streams.message("c" + i, "a/b", "before" + i, nowMicros()));
            }
            try (Replay replay = streams.read(stream, LATEST, "a/b")) {
                for (int i = 0; i < 20; i++) {
                    streams.appendAndConfirm(stream, streams.message("c" + i, "a/b", "after" + i, nowMicros()));
                }
                assertThat(replay.all(20)).hasSize(20).allMatch(payload -> payload.startsWith("after"));
            }
        }
    }

    @Test
    void latestHasNoGapWhenThePartitionMovesBeforeTheFirstMessage(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream = streams.create("readings", 1, Map.of("mqtt.filter", "a/b"));
            streams.appendAndConfirm(stream, streams.message("c", "a/b", "before", nowMicros()));
            try (Replay replay = streams.read(stream, LATEST, "a/b")) {
                streams.appendAndConfirm(stream, streams.message("c", "a/b", "first", nowMicros()));
                pulsar.admin().topics().unload(stream.pulsarTopic(0));
                streams.appendAndConfirm(stream, streams.message("c", "a/b", "second", nowMicros()));

                assertThat(replay.all(2)).containsExactly("first", "second");
            }
        }
    }

    @Test
    void givesWhatIsAskedForAndNoMore(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream = streams.create("readings", 4, Map.of("mqtt.filter", "a/#"));
            for (int i = 0; i < 100; i++) {
                streams.appendAndConfirm(
                        stream, streams.message("c" + i, i % 2 == 0 ? "a/even" : "a/odd", "m" + i, nowMicros()));
            }
            try (Replay replay = streams.read(stream, EARLIEST, "a/even");
                    Replay other = streams.read(stream, EARLIEST, "a/#")) {
                replay.request(10);
                replay.await(10);
                // By the time that another reader has read everything, a reader without bounds would have, too.
                assertThat(other.all(100)).hasSize(100);
                assertThat(replay.payloads()).hasSize(10);

                replay.request(15);
                replay.await(25);
                replay.request(1_000);
                assertThat(replay.await(50))
                        .hasSize(50)
                        .doesNotHaveDuplicates()
                        .allMatch(payload -> Integer.parseInt(payload.substring(1)) % 2 == 0);
            }
        }
    }

    @Test
    void goesOnWhereItWasAfterThePartitionsMoved(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream = streams.create("readings", 2, Map.of("mqtt.filter", "a/b"));
            try (Replay replay = streams.read(stream, EARLIEST, "a/b")) {
                replay.request(1_000_000);
                for (int i = 0; i < 200; i++) {
                    streams.appendAndConfirm(stream, streams.message("c" + i, "a/b", "m" + i, nowMicros()));
                    if (i % 50 == 25) {
                        pulsar.admin().topics().unload(stream.pulsarTopic(i / 50 % 2));
                    }
                }
                assertThat(replay.await(200))
                        .containsExactlyInAnyOrderElementsOf(
                                IntStream.range(0, 200).mapToObj(i -> "m" + i).toList());
            }
        }
    }

    @Test
    void endsWhenTheStreamIsDeleted(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream = streams.create("readings", 2, Map.of("mqtt.filter", "a/b"));
            Replay replay = streams.read(stream, EARLIEST, "a/b");
            replay.request(10);

            pulsar.admin().topics().deletePartitionedTopic(stream.pulsarTopic(), true);

            Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> replay.failure != null);
            assertThat(Objects.requireNonNull(replay.failure).kind()).isEqualTo(StreamFailure.Kind.GONE);
        }
    }

    @Test
    void readsWhatADataEngineerProduces(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition wide = streams.create("wide", 2, Map.of("mqtt.filter", "a/+"));
            StreamDefinition narrow = streams.create("narrow", 1, Map.of("mqtt.filter", "b/c"));
            long before = nowMicros();
            try (Producer<byte[]> producer =
                    pulsar.client().newProducer().topic(wide.pulsarTopic()).create()) {
                producer.newMessage().value("no topic".getBytes(UTF_8)).send();
                producer.newMessage()
                        .key("k")
                        .property("mqtt.topic", "a/#")
                        .value("no topic name".getBytes(UTF_8))
                        .send();
                producer.newMessage()
                        .key("k")
                        .property("mqtt.topic", "a/x")
                        .property("mqtt.ts", "yesterday")
                        .property("mqtt.qos", "9")
                        .property("mqtt.expiry", "-")
                        .property("mqtt.correlation-data", "%%%")
                        .property("mqtt.response-topic", "+")
                        .property("mqtt.user-properties", "{\"a\":1}")
                        .value("good".getBytes(UTF_8))
                        .send();
            }
            try (Producer<byte[]> producer =
                    pulsar.client().newProducer().topic(narrow.pulsarTopic()).create()) {
                producer.newMessage().value("by filter".getBytes(UTF_8)).send();
            }

            try (Replay replay = streams.read(wide, new StartPosition.Timestamp(before), "a/+")) {
                assertThat(replay.all(1)).containsExactly("good");
                StreamMessage read = replay.messages.get(0);
                assertThat(read.key()).isEqualTo("k");
                assertThat(read.message().topic()).isEqualTo("a/x");
                assertThat(read.message().timestampMicros()).isBetween(before, nowMicros());
                assertThat(read.message().properties().userProperties()).isEmpty();
                Awaitility.await().until(() -> streams.readers.undecodableMessages() == 2);
            }
            try (Replay replay = streams.read(narrow, EARLIEST, "b/c")) {
                assertThat(replay.all(1)).containsExactly("by filter");
                assertThat(replay.messages.get(0).message().topic()).isEqualTo("b/c");
                assertThat(replay.messages.get(0).key()).isNull();
            }
        }
    }
}
