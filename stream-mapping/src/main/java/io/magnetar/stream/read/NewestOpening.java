package io.magnetar.stream.read;

import io.magnetar.stream.Position;
import io.magnetar.stream.ReplayRange;
import io.magnetar.stream.RetentionFloor;
import io.magnetar.stream.StartPosition;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.layout.MessageDecoder;
import io.magnetar.stream.newest.IndexMemory;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a reader that begins with the newest message of each key. What these are is looked for when the reader is first asked
 * for a message; only where the last so many are wanted it must be known before the reader can say where it begins.
 *
 * <p>Thread: any; used once.
 */
final class NewestOpening {
    private final PartitionOpener opener;
    private final ReplayRange range;
    private final List<NewestSpan> spans;
    private final RetentionFloor floor;
    private final NewestReplay replay;
    private final ReplayOrder order;

    /**
     * @param range fixed
     * @param floor of the stream
     */
    NewestOpening(
            PartitionOpener opener,
            Compactions compactions,
            StreamDefinition stream,
            ReplayRange range,
            List<NewestSpan> spans,
            RetentionFloor floor,
            IndexMemory memory,
            InstantSource clock,
            Executor executor) {
        this.opener = opener;
        this.range = range;
        this.spans = spans;
        this.floor = floor;
        this.order = new ReplayOrder(spans.size());
        this.replay = new NewestReplay(
                opener,
                compactions,
                spans,
                new MessageDecoder(stream.namespace(), stream.filter()),
                stream.namespace(),
                floor,
                range.from() instanceof StartPosition.Last last ? last.messages() : 0,
                memory,
                clock,
                executor);
    }

    ReplayRange range() {
        return range;
    }

    ReplayOrder order() {
        return order;
    }

    /** A cursor for each partition. */
    CompletableFuture<List<PositionCursor>> cursors() {
        CompletableFuture<Void> known =
                range.from() instanceof StartPosition.Last ? replay.found() : CompletableFuture.completedFuture(null);
        return known.thenApply(done -> spans.stream().map(this::cursor).toList());
    }

    private PositionCursor cursor(NewestSpan span) {
        NewestCursor cursor = new NewestCursor(opener, span, replay, order, floor);
        return new PositionCursor(span.partition(), cursor, start(span));
    }

    /** The position after which a partition begins; null when only the time is known. */
    private @Nullable Position start(NewestSpan span) {
        if (range.from() instanceof StartPosition.Last) {
            return replay.before(span.partition());
        }
        boolean byTime = span.fromMicros() > 0 && span.after().equals(Position.START);
        return byTime ? null : span.after();
    }

    /** The reader is closed. */
    void close() {
        replay.close();
    }
}
