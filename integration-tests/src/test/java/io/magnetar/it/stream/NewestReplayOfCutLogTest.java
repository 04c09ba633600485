package io.magnetar.it.stream;

import static io.magnetar.it.stream.NewestReplayTest.EARLIEST;
import static io.magnetar.it.stream.NewestReplayTest.LAST_VALUE;
import static io.magnetar.it.stream.NewestReplayTest.MANY;
import static io.magnetar.it.stream.NewestReplayTest.NOW;
import static io.magnetar.it.stream.NewestReplayTest.all;
import static io.magnetar.it.stream.NewestReplayTest.end;
import static io.magnetar.it.stream.NewestReplayTest.now;
import static io.magnetar.it.stream.NewestReplayTest.read;
import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.it.pulsar.PulsarExtension;
import io.magnetar.stream.EndPosition;
import io.magnetar.stream.Position;
import io.magnetar.stream.ReplayRange;
import io.magnetar.stream.StartPosition;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamReaders.StreamMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Replays of last-value streams whose log is cut off, so that some keys are only where compaction has left them. */
@ExtendWith(PulsarExtension.class)
class NewestReplayOfCutLogTest {
    private final KeyUpdates updates =
            new KeyUpdates(TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis()) - TimeUnit.HOURS.toMicros(1));

    /** Compacts, and cuts off all that the log has so far. */
    private static void cut(EmbeddedPulsar pulsar, Streams streams, StreamDefinition stream) throws Exception {
        streams.compact(stream);
        pulsar.admin().topics().unload(stream.pulsarTopic()); // Only a ledger that has ended can be cut off.
        pulsar.admin().topics().truncate(stream.pulsarTopic());
    }

    @Test
    void whatTheLogHasLostIsThereThoughLaterCompactionWentBeyondTheEnd(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream = streams.create("newest", 1, LAST_VALUE);
            updates.updateAll(streams, stream, 20, "-1");
            cut(pulsar, streams, stream);
            assertThat(now(streams, stream)).as("the log is empty").isEqualTo(all(0, 20, "-1"));
            try (Replay replay = streams.read(stream, EARLIEST, "a/#")) {
                assertThat(replay.all(20)).isEqualTo(all(0, 20, "-1"));
                updates.update(streams, stream, "k5", "k5-2");
                assertThat(replay.await(21).get(20)).isEqualTo("k5-2");
            }
            updates.update(streams, stream, "k6", "k6-2");
            updates.update(streams, stream, "k7", "");
            try (Replay range = streams.read(stream, new ReplayRange(EARLIEST, NOW), "a/#")) {
                updates.update(streams, stream, "k6", "k6-3");
                streams.compact(stream);

                range.request(MANY);
                List<String> expected = new ArrayList<>(all(0, 20, "-1"));
                expected.removeAll(List.of("k5-1", "k6-1", "k7-1"));
                expected.addAll(List.of("k5-2", "k6-2"));
                assertThat(end(range)).isEqualTo(expected);
            }
        }
    }

    @Test
    void oneThatHasAcknowledgedNothingHearsOfDeletionsThoughTheLogIsCut(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream = streams.create("newest", 1, LAST_VALUE);
            updates.updateAll(streams, stream, 6, "-1");
            List<StreamMessage> first;
            try (Replay replay = streams.read(stream, EARLIEST, "a/#")) {
                replay.all(6);
                first = List.copyOf(replay.messages);
            }
            cut(pulsar, streams, stream);
            updates.update(streams, stream, "k5", "k5-2");
            updates.update(streams, stream, "k1", "");
            updates.update(streams, stream, "k2", "k2-2");

            StartPosition place = new StartPosition.Resume(
                    0,
                    Map.of(0, Position.START),
                    Map.of(0, Set.of(first.get(1).position(), first.get(2).position())));
            assertThat(read(streams, stream, new ReplayRange(place, NOW), "a/#"))
                    .containsExactly("k0-1", "k1-1", "k2-1", "k3-1", "k4-1", "k5-2", "", "k2-2");
        }
    }

    @Test
    void oneThatIsSupersededWhileItIsShownTakesNoOtherAway(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream = streams.create("newest", 1, LAST_VALUE);
            updates.updateAll(streams, stream, 300, "-1");
            Position place;
            try (Replay replay = streams.read(stream, EARLIEST, "a/#")) {
                replay.all(300);
                place = replay.messages.get(0).position();
            }
            cut(pulsar, streams, stream);
            updates.update(streams, stream, "k0", "k0-2");
            StartPosition after = new StartPosition.Resume(0, Map.of(0, place));
            try (Replay range = streams.read(stream, new ReplayRange(after, NOW), "a/#")) {
                range.request(1);
                range.await(1);
                updates.update(streams, stream, "k290", "k290-2");
                streams.compact(stream);
                range.request(MANY);

                List<String> expected = new ArrayList<>(all(1, 300, "-1"));
                expected.add("k0-2");
                expected.remove("k290-1"); // It is nowhere any more, unless it was on its way.
                List<String> shown = new ArrayList<>(end(range));
                shown.remove("k290-1");
                assertThat(shown).isEqualTo(expected);
            }
        }
    }

    @Test
    void aRangeMayEndWithTheLastMessageOfALedger(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream = streams.create("newest", 1, LAST_VALUE);
            updates.updateAll(streams, stream, 3, "-1");
            pulsar.admin().topics().unload(stream.pulsarTopic());
            updates.update(streams, stream, "k0", "k0-2");
            Position firstOfLedger;
            try (Replay replay = streams.read(stream, EARLIEST, "a/#")) {
                replay.all(3);
                firstOfLedger = replay.messages.get(2).position();
            }

            EndPosition end = new EndPosition.MessageId(0, firstOfLedger);
            assertThat(read(streams, stream, new ReplayRange(EARLIEST, end), "a/#"))
                    .isEqualTo(all(0, 3, "-1"));
        }
    }
}
