package io.magnetar.stream.read;

import io.magnetar.stream.Position;
import io.magnetar.stream.RetentionFloor;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamFailure.Kind;
import io.magnetar.stream.StreamReaders.StreamFailureException;
import io.magnetar.stream.layout.MessageDecoder;
import io.magnetar.stream.newest.IndexMemory;
import io.magnetar.stream.newest.IndexMemory.Share;
import io.magnetar.stream.newest.IndexMemory.Waiting;
import io.magnetar.stream.newest.NewestIndex;
import io.magnetar.stream.newest.NewestPositions;
import io.magnetar.stream.turn.Turns;
import io.magnetar.tenancy.Namespace;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What one replay of newest messages shows: found by reading the partitions once, one after the other, when it is this replay's turn,
 * and kept as the sorted positions of those messages.
 *
 * <p>When there is no more memory it gives back all that it has and waits for as much as it turned out to need.
 *
 * <p>Thread: {@link #found} and {@link #close} any; {@link #take} the reader's turns; all else in turns of its own.
 */
final class NewestReplay {
    private final PartitionOpener opener;
    private final Compactions compactions;
    private final List<NewestSpan> spans;
    private final MessageDecoder decoder;
    private final Namespace namespace;
    private final RetentionFloor floor;
    private final int last;
    private final IndexMemory memory;
    private final InstantSource clock;
    private final Turns turns;
    private final AtomicBoolean begun = new AtomicBoolean();
    private final CompletableFuture<Void> found = new CompletableFuture<>();
    /** By partition, until it is taken. */
    private final @Nullable Found[] results;

    private final List<Found> done = new ArrayList<>();
    /** The last time that it asked for memory. */
    private @Nullable Waiting waits;

    private @Nullable Share share;
    private @Nullable NewestScan scan;
    private boolean closed;

    /**
     * @param through the position up to which they are the newest; what follows is behind it
     * @param placeLost what the replay was to go on behind is no longer kept
     * @param compacted whether some of them may be where only compaction has left them
     */
    record Found(NewestPositions positions, Position through, boolean placeLost, boolean compacted) {}

    /**
     * @param spans of the partitions, in their order
     * @param namespace whose memory it takes
     * @param floor of the stream
     * @param last how many messages of each partition are shown at most, the last ones; 0 for all
     */
    NewestReplay(
            PartitionOpener opener,
            Compactions compactions,
            List<NewestSpan> spans,
            MessageDecoder decoder,
            Namespace namespace,
            RetentionFloor floor,
            int last,
            IndexMemory memory,
            InstantSource clock,
            Executor executor) {
        this.opener = opener;
        this.compactions = compactions;
        this.spans = List.copyOf(spans);
        this.results = new Found[spans.size()];
        this.decoder = decoder;
        this.namespace = namespace;
        this.floor = floor;
        this.last = last;
        this.memory = memory;
        this.clock = clock;
        this.turns = new Turns(executor, this::turn);
    }

    /** Completes when it is known what is shown, which is looked for from the first call on. */
    CompletableFuture<Void> found() {
        if (begun.compareAndSet(false, true)) {
            turns.take(() -> enter(0));
        }
        return found;
    }

    /** What is shown of a partition; once, after {@link #found} has completed. */
    Found take(int partition) {
        Found taken = Objects.requireNonNull(results[partition]);
        results[partition] = null;
        return taken;
    }

    /** The position before what is shown of a partition, after {@link #found} has completed. */
    Position before(int partition) {
        Found shown = Objects.requireNonNull(results[partition]);
        return shown.positions().size() == 0
                ? shown.through()
                : shown.positions().get(0).before();
    }

    private void enter(long bytes) {
        if (closed) {
            return;
        }
        waits = memory.enter(
                namespace,
                bytes,
                given -> turns.take(() -> {
                    if (closed) {
                        given.free();
                    } else {
                        share = given;
                        next();
                    }
                }));
    }

    private void next() {
        while (done.size() < spans.size() && spans.get(done.size()).isEmpty()) {
            done.add(new Found(NewestPositions.NONE, spans.get(done.size()).through(), false, false));
        }
        if (done.size() == spans.size()) {
            finish();
            return;
        }
        NewestScan next = new NewestScan(
                opener, compactions, spans.get(done.size()), decoder, floor, clock, turns::take, this::fail);
        if (holds(next.index().bytes())) {
            scan = next;
            next.begin();
        }
    }

    private void finish() {
        if (share != null) {
            share.built(doneBytes());
        }
        for (int partition = 0; partition < results.length; partition++) {
            results[partition] = done.get(partition);
        }
        done.clear();
        found.complete(null);
    }

    private long doneBytes() {
        return done.stream().mapToLong(of -> of.positions().bytes()).sum();
    }

    /** @return whether there is so much beside what is done; when not, it begins again with its next turn */
    private boolean holds(long bytes) {
        long wanted = doneBytes() + bytes;
        if (share != null && share.holds(wanted)) {
            return true;
        }
        giveBack();
        if (wanted > memory.maxBytesOfOne()) {
            fail(new StreamFailureException(new StreamFailure(
                    Kind.QUOTA_EXCEEDED,
                    "the newest messages of so many keys take " + wanted + " bytes of memory to find, and one"
                            + " namespace has half of what mqttMaxReplayIndexBytes says, " + memory.maxBytesOfOne())));
        } else {
            enter(wanted);
        }
        return false;
    }

    private void giveBack() {
        done.clear();
        if (scan != null) {
            scan.close();
            scan = null;
        }
        if (share != null) {
            share.free();
            share = null;
        }
    }

    private void turn() {
        NewestScan reading = scan;
        if (reading == null) {
            return;
        }
        try {
            switch (reading.readSome()) {
                case MORE -> turns.take();
                case WAITS -> {
                    // Its cursor takes a turn when there is more.
                }
                case FULL -> {
                    if (holds(reading.index().bytesToGrow())) {
                        reading.index().grow();
                        turns.take();
                    }
                }
                case ENDED -> ended(reading);
            }
        } catch (UnsupportedOperationException e) {
            fail(new StreamFailureException(new StreamFailure(Kind.UNSUPPORTED, String.valueOf(e.getMessage()))));
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    private void ended(NewestScan ended) {
        NewestIndex index = ended.index();
        if (!holds(index.bytes() + (long) index.size() * 2 * Long.BYTES)) {
            return;
        }
        NewestPositions positions = index.positions();
        done.add(new Found(
                last > 0 ? positions.last(last) : positions,
                ended.through(),
                ended.isPlaceLost(),
                ended.hasCompacted()));
        ended.close();
        scan = null;
        next();
    }

    private void fail(Throwable failure) {
        giveBack();
        found.completeExceptionally(failure);
    }

    /** It is needed no longer; what it holds is free. */
    void close() {
        turns.take(() -> {
            closed = true;
            if (waits != null) {
                waits.withdraw();
            }
            giveBack();
            found.completeExceptionally(new CancellationException("nobody waits for it any more"));
        });
    }
}
