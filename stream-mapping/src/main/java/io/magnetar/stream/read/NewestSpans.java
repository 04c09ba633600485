package io.magnetar.stream.read;

import io.magnetar.stream.EndPosition;
import io.magnetar.stream.Position;
import io.magnetar.stream.ReplayRange;
import io.magnetar.stream.StartPosition;
import io.magnetar.stream.StreamDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What a replay of newest messages looks at. It shows the newest ones as of its end, or, when it goes on, as of now.
 *
 * <p>What compaction has left is enough to see what is newest now. What was newest at an earlier time, and what was deleted since one,
 * is in the log itself only.
 *
 * <p>Stateless.
 */
final class NewestSpans {
    private NewestSpans() {}

    /**
     * The spans of the partitions, in their order.
     *
     * @param range its end is fixed, or never
     * @param last the last position of each partition now
     */
    static List<NewestSpan> of(
            StreamDefinition stream, ReplayRange range, EndPosition.Fixed last, long marginMillis, long nowMicros) {
        List<NewestSpan> spans = new ArrayList<>();
        for (int partition = 0; partition < stream.partitions(); partition++) {
            Position end = last.through().getOrDefault(partition, Position.START);
            spans.add(span(stream, range, partition, end, marginMillis, nowMicros));
        }
        return spans;
    }

    private static NewestSpan span(
            StreamDefinition stream,
            ReplayRange range,
            int partition,
            Position last,
            long marginMillis,
            long nowMicros) {
        Position after = after(range.from(), partition);
        Set<Position> again = range.from() instanceof StartPosition.Resume resume
                ? resume.onTheirWay().getOrDefault(partition, Set.of())
                : Set.of();
        // Who has had something of the partition is to hear what was deleted since.
        boolean resumed = range.from() instanceof StartPosition.Resume && (after.entryId() >= 0 || !again.isEmpty());
        Position through = last;
        PartitionEnd before = null;
        boolean asOfNow = true;
        boolean goesOn = true;
        if (range.to() instanceof EndPosition.Fixed end) {
            Position fixed = end.through().get(partition);
            if (fixed == null && end.beforeMicros() > 0) {
                before = new PartitionEnd(end, partition, marginMillis);
                asOfNow = end.beforeMicros() > nowMicros;
                goesOn = !before.isOver(nowMicros);
            } else {
                Position to = fixed == null ? Position.START : fixed;
                goesOn = to.isAfter(last);
                through = goesOn ? last : to;
                asOfNow = through.equals(last);
            }
        }
        return new NewestSpan(
                partition,
                stream.pulsarTopic(partition),
                after,
                PartitionOpener.fromMicros(range.from()),
                through,
                resumed,
                again,
                before,
                asOfNow && !resumed,
                last.entryId() < 0,
                goesOn);
    }

    private static Position after(StartPosition from, int partition) {
        if (from instanceof StartPosition.Resume resume) {
            return resume.after().getOrDefault(partition, Position.START);
        }
        return from instanceof StartPosition.MessageId id && id.partition() == partition
                ? id.position().before()
                : Position.START;
    }
}
