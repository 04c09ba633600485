package io.magnetar.stream.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.message.Message;
import io.magnetar.stream.EndPosition;
import io.magnetar.stream.Position;
import io.magnetar.stream.ReplayRange;
import io.magnetar.stream.StartPosition;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.tenancy.Namespace;
import io.magnetar.topic.TopicFilter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NewestSpansTest {
    private static final long NOW = 1_000_000_000L;
    private static final Position LAST = new Position(9, 7, 3);
    private static final StartPosition EARLIEST = new StartPosition.Earliest();
    private static final EndPosition NEVER = new EndPosition.Never();

    /** Of a stream whose partition 0 has messages and whose partition 1 has none. */
    private static List<NewestSpan> spans(StartPosition from, EndPosition to) {
        StreamDefinition stream = new StreamDefinition(
                new Namespace("public"), "newest", new TopicFilter("a"), Message::topic, 2, 0, true);
        EndPosition.Fixed last = new EndPosition.Fixed(0, Map.of(0, LAST, 1, Position.START));
        return NewestSpans.of(stream, new ReplayRange(from, to), last, 5_000, NOW);
    }

    private static NewestSpan first(StartPosition from, EndPosition to) {
        return spans(from, to).get(0);
    }

    @Test
    void showsWhatIsNewestNowAndGoesOn() {
        List<NewestSpan> spans = spans(EARLIEST, NEVER);

        assertThat(spans.get(0).after()).isEqualTo(Position.START);
        assertThat(spans.get(0).through()).isEqualTo(LAST);
        assertThat(spans.get(0).compacted()).isTrue();
        assertThat(spans.get(0).goesOn()).isTrue();
        assertThat(spans.get(0).isEmpty()).isFalse();
        assertThat(spans.get(1).isEmpty()).isTrue();
        assertThat(spans.get(1).goesOn()).isTrue();
    }

    @Test
    void compactionKnowsNothingOfAnEarlierTime() {
        Position earlier = new Position(9, 2, 0);
        NewestSpan before = first(EARLIEST, new EndPosition.Fixed(0, Map.of(0, earlier)));
        assertThat(before.through()).isEqualTo(earlier);
        assertThat(before.compacted()).isFalse();
        assertThat(before.goesOn()).isFalse();

        NewestSpan firstOfLedger =
                first(EARLIEST, new EndPosition.Fixed(0, Map.of(0, new Position(9, 0, -1).before())));
        assertThat(firstOfLedger.isEmpty()).as("there are other ledgers").isFalse();

        NewestSpan now = first(EARLIEST, new EndPosition.Fixed(0, Map.of(0, LAST)));
        assertThat(now.compacted()).isTrue();
        assertThat(now.goesOn()).isFalse();

        NewestSpan past = first(EARLIEST, new EndPosition.Fixed(NOW - 6_000_000, Map.of()));
        assertThat(past.through()).isEqualTo(LAST);
        assertThat(past.before()).isNotNull();
        assertThat(past.compacted()).isFalse();
        assertThat(past.goesOn()).isFalse();

        NewestSpan justNow = first(EARLIEST, new EndPosition.Fixed(NOW - 1_000_000, Map.of()));
        assertThat(justNow.compacted()).isFalse();
        assertThat(justNow.goesOn()).as("it may be stored a little later").isTrue();

        NewestSpan future = first(EARLIEST, new EndPosition.Fixed(NOW + 1, Map.of()));
        assertThat(future.compacted()).isTrue();
        assertThat(future.goesOn()).isTrue();
    }

    @Test
    void compactionKnowsNothingOfWhatWasDeletedSince() {
        Position place = new Position(9, 1, 0);
        NewestSpan resumed = first(new StartPosition.Resume(0, Map.of(0, place)), NEVER);
        assertThat(resumed.after()).isEqualTo(place);
        assertThat(resumed.resumed()).isTrue();
        assertThat(resumed.compacted()).isFalse();

        NewestSpan nothingTaken = first(new StartPosition.Resume(5, Map.of()), NEVER);
        assertThat(nothingTaken.fromMicros()).isEqualTo(5);
        assertThat(nothingTaken.resumed()).isFalse();
        assertThat(nothingTaken.compacted()).isTrue();

        NewestSpan onItsWay =
                first(new StartPosition.Resume(0, Map.of(0, Position.START), Map.of(0, Set.of(place))), NEVER);
        assertThat(onItsWay.again()).containsExactly(place);
        assertThat(onItsWay.resumed()).isTrue();
        assertThat(onItsWay.compacted()).isFalse();
    }

    @Test
    void aMessageIdIsAPlaceInItsPartition() {
        StartPosition id = new StartPosition.MessageId(0, new Position(9, 4, 2), 77);

        assertThat(first(id, NEVER).after()).isEqualTo(new Position(9, 4, 1));
        assertThat(first(id, NEVER).resumed()).isFalse();
        assertThat(spans(id, NEVER).get(1).fromMicros()).isEqualTo(77);
    }
}
