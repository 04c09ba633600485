package io.magnetar.it.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.it.pulsar.PulsarExtension;
import io.magnetar.stream.EndPosition;
import io.magnetar.stream.MessageIdSyntax;
import io.magnetar.stream.Position;
import io.magnetar.stream.ReplayRange;
import io.magnetar.stream.StartPosition;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamReaders.StreamMessage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.pulsar.client.api.Producer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Reading that ends: what is in a range, and that its end is told when it is reached and not later. */
@ExtendWith(PulsarExtension.class)
class StreamRangeTest {
    private static final StartPosition EARLIEST = new StartPosition.Earliest();
    private static final EndPosition NOW = new EndPosition.Now();
    /** A range by time is over so long after its end, for what was received before it may be stored later. */
    private static final long MARGIN_MICROS = TimeUnit.SECONDS.toMicros(5);

    private static long nowMicros() {
        return TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis());
    }

    private static ReplayRange times(long from, long to) {
        return new ReplayRange(new StartPosition.Timestamp(from), new EndPosition.Timestamp(to));
    }

    /** Reads a range to its end, and checks that nothing came after it. */
    private static List<String> all(Streams streams, StreamDefinition stream, ReplayRange range, String filter)
            throws Exception {
        try (Replay replay = streams.read(stream, range, filter)) {
            replay.request(1_000_000);
            return end(replay);
        }
    }

    private static List<String> end(Replay replay) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> replay.endedAfter >= 0);
        assertThat(replay.messages).hasSize(replay.endedAfter);
        assertThat(replay.failure).isNull();
        return replay.payloads();
    }

    private static void append(Streams streams, StreamDefinition stream, String prefix, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            streams.appendAndConfirm(stream, streams.message("c", "a/" + i, prefix + i, nowMicros()));
        }
    }

    @Test
    void hasWhatWasReceivedFromATimeOnAndBeforeAnotherExactToTheMicrosecond(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream = streams.create("readings", 2, Map.of("mqtt.filter", "a/b"));
            long t = nowMicros();
            // Not in the order of time, as messages of two event loops may lie in a partition.
            for (long offset : new long[] {1, -1, 0, 2, -2}) {
                streams.appendAndConfirm(stream, streams.message("c", "a/b", "t" + offset, t + offset));
            }

            assertThat(all(streams, stream, times(t - 1, t + 1), "a/b")).containsExactly("t-1", "t0");
            assertThat(all(streams, stream, times(t, t + 3), "a/b")).containsExactly("t1", "t0", "t2");
            assertThat(all(streams, stream, times(0, t - 1), "a/b")).containsExactly("t-2");
            assertThat(all(streams, stream, times(t + 3, t + 4), "a/b")).isEmpty();
            assertThat(nowMicros()).isGreaterThanOrEqualTo(t + MARGIN_MICROS);
        }
    }

    @Test
    void endsWithWhatThereIsThoughMoreIsAppended(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream = streams.create("readings", 4, Map.of("mqtt.filter", "a/+"));
            append(streams, stream, "before", 100);
            try (Replay replay = streams.read(stream, new ReplayRange(EARLIEST, NOW), "a/+")) {
                append(streams, stream, "after", 50);
                replay.request(40);
                replay.await(40);
                assertThat(replay.endedAfter).isNegative();
                pulsar.admin().topics().unload(stream.pulsarTopic(1));
                replay.request(1_000_000);

                assertThat(end(replay))
                        .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 100)
                                .mapToObj(i -> "before" + i)
                                .toList());
            }
        }
    }

    @Test
    void endsAtOnceWhereThereIsNothing(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream = streams.create("readings", 3, Map.of("mqtt.filter", "a/+"));
            long hourAgo = nowMicros() - TimeUnit.HOURS.toMicros(1);
            List<ReplayRange> ranges = List.of(
                    new ReplayRange(EARLIEST, NOW),
                    new ReplayRange(new StartPosition.Last(3), NOW),
                    new ReplayRange(EARLIEST, new EndPosition.Last(3)),
                    new ReplayRange(new StartPosition.Timestamp(hourAgo), NOW),
                    times(hourAgo, hourAgo + 1_000_000),
                    times(0, hourAgo));
            for (ReplayRange range : ranges) {
                assertThat(all(streams, stream, range, "a/+")).as("%s", range).isEmpty();
            }
            append(streams, stream, "m", 1);

            assertThat(all(streams, stream, new ReplayRange(EARLIEST, NOW), "a/+"))
                    .as("two partitions are empty")
                    .containsExactly("m0");
            assertThat(all(streams, stream, times(hourAgo, hourAgo + 1), "a/+")).isEmpty();
            assertThat(all(streams, stream, times(0, hourAgo), "a/+")).isEmpty();
        }
    }

    @Test
    void waitsForAnEndInTheFuture(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream = streams.create("readings", 2, Map.of("mqtt.filter", "a/+"));
            append(streams, stream, "old", 1);
            long now = nowMicros();
            long end = now + 3_000_000;
            ReplayRange range = new ReplayRange(EARLIEST, new EndPosition.Timestamp(end));
            try (Replay replay = streams.read(stream, range, "a/+");
                    Replay fromNow = streams.read(stream, times(now, end), "a/+")) {
                replay.request(100);
                fromNow.request(100);
                streams.appendAndConfirm(stream, streams.message("c", "a/0", "in", end - 1));
                streams.appendAndConfirm(stream, streams.message("c", "a/0", "out", end));
                replay.await(2);

                assertThat(end(replay)).containsExactlyInAnyOrder("old0", "in");
                assertThat(nowMicros()).isGreaterThanOrEqualTo(end + MARGIN_MICROS);
                assertThat(end(fromNow)).containsExactly("in");
            }
        }
    }

    @Test
    void countsTheLastMessages(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream = streams.create("readings", 1, Map.of("mqtt.filter", "a/+"));
            append(streams, stream, "m", 9);

            assertThat(all(streams, stream, new ReplayRange(new StartPosition.Last(4), NOW), "a/+"))
                    .containsExactly("m5", "m6", "m7", "m8");
            assertThat(all(streams, stream, new ReplayRange(new StartPosition.Last(4), new EndPosition.Last(2)), "a/+"))
                    .containsExactly("m5", "m6");
            assertThat(all(streams, stream, new ReplayRange(EARLIEST, new EndPosition.Last(7)), "a/+"))
                    .containsExactly("m0", "m1");
            assertThat(all(streams, stream, new ReplayRange(EARLIEST, new EndPosition.Last(9)), "a/+"))
                    .isEmpty();
        }
    }

    @Test
    void endsBeforeAMessage(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream = streams.create("readings", 1, Map.of("mqtt.filter", "a/+"));
            append(streams, stream, "m", 6);
            List<StreamMessage> read;
            try (Replay replay = streams.read(stream, EARLIEST, "a/+")) {
                replay.all(6);
                read = List.copyOf(replay.messages);
            }
            for (int end = 1; end < 6; end++) {
                StreamMessage message = read.get(end);
                EndPosition before = new EndPosition.MessageId(0, message.position());
                assertThat(all(streams, stream, new ReplayRange(EARLIEST, before), "a/+"))
                        .as("before %s", MessageIdSyntax.write(0, message.position()))
                        .isEqualTo(
                                IntStream.range(0, end).mapToObj(i -> "m" + i).toList());
            }
            EndPosition none = new EndPosition.MessageId(
                    0, new Position(read.get(5).position().ledgerId() + 1_000, 0, -1));
            assertThatThrownBy(() -> streams.read(stream, new ReplayRange(EARLIEST, none), "a/+"))
                    .hasMessageContaining("has no message");
        }
    }

    @Test
    void whatIsPassedOverCountsAsRead(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream = streams.create("readings", 1, Map.of("mqtt.filter", "a/+"));
            append(streams, stream, "m", 3);
            try (Producer<byte[]> producer =
                    pulsar.client().newProducer().topic(stream.pulsarTopic()).create()) {
                producer.newMessage().value("no topic".getBytes(UTF_8)).send();
            }
            try (Producer<byte[]> producer = pulsar.client()
                    .newProducer()
                    .topic(stream.pulsarTopic())
                    .addEncryptionKey("key")
                    .cryptoKeyReader(new EncryptionKey())
                    .create()) {
                producer.newMessage()
                        .property("mqtt.topic", "a/1")
                        .value("secret".getBytes(UTF_8))
                        .send();
            }

            assertThat(all(streams, stream, new ReplayRange(EARLIEST, NOW), "a/1"))
                    .containsExactly("m1");
            assertThat(streams.readers.undecodableMessages()).isEqualTo(2);
        }
    }

    @Test
    void endsThoughItsLastMessageIsGone(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream = streams.create("readings", 1, Map.of("mqtt.filter", "a/+"));
            append(streams, stream, "m", 3);
            // As when a durable session goes on in a range and retention has taken its end away meanwhile.
            EndPosition gone = new EndPosition.Fixed(0, Map.of(0, new Position(Long.MAX_VALUE, 0, -1)));

            assertThat(all(streams, stream, new ReplayRange(EARLIEST, gone), "a/+"))
                    .containsExactly("m0", "m1", "m2");
        }
    }
}
