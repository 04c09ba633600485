package io.magnetar.stream.newest;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;

/**
 * The memory that one broker has for the indexes of replays, and whose turn it is to build one.
 *
 * <pre>
 *   enter --> waits, with nothing --> builds, with a share that grows --> built: a smaller share --> free
 *                 ^                         | there is no more memory
 *                 +------ enter again ------+ and its share is free
 * </pre>
 *
 * Who waits holds nothing and who holds something does not wait, so none waits for another in a circle. They are let in by their
 * order, each when as much is free as it says that it needs.
 *
 * <p>Thread: any.
 */
public final class IndexMemory {
    private final long maxBytes;
    private final int maxBuilding;
    private final Queue<Waiting> waiting = new ArrayDeque<>();
    private long usedBytes;
    private int building;

    private record Waiting(long bytes, Consumer<Share> onTurn) {}

    /** @param maxBuilding how many indexes may be built at a time */
    public IndexMemory(long maxBytes, int maxBuilding) {
        this.maxBytes = maxBytes;
        this.maxBuilding = maxBuilding;
    }

    public long maxBytes() {
        return maxBytes;
    }

    public synchronized long usedBytes() {
        return usedBytes;
    }

    /** How many wait for their turn. */
    public synchronized int waiting() {
        return waiting.size();
    }

    /**
     * Asks for a turn to build an index.
     *
     * @param bytes what it needs to begin with; not more than {@link #maxBytes}
     * @param onTurn told once, on any thread and perhaps before this method returns
     */
    public void enter(long bytes, Consumer<Share> onTurn) {
        synchronized (this) {
            waiting.add(new Waiting(bytes, onTurn));
        }
        letIn();
    }

    private void letIn() {
        List<Runnable> turns = new ArrayList<>();
        synchronized (this) {
            for (Waiting next = waiting.peek(); next != null && fits(next); next = waiting.peek()) {
                waiting.remove();
                building++;
                usedBytes += next.bytes();
                Share share = new Share(next.bytes());
                Consumer<Share> onTurn = next.onTurn();
                turns.add(() -> onTurn.accept(share));
            }
        }
        turns.forEach(Runnable::run);
    }

    private boolean fits(Waiting next) {
        return building < maxBuilding && usedBytes + next.bytes() <= maxBytes;
    }

    /** The part of one replay. Thread: any. */
    public final class Share {
        private long bytes;
        private boolean builds = true;

        private Share(long bytes) {
            this.bytes = bytes;
        }

        /** @return whether it has so many bytes now; it keeps what it has when not */
        public boolean holds(long wanted) {
            synchronized (IndexMemory.this) {
                long more = Math.max(0, wanted - bytes);
                if (usedBytes + more > maxBytes) {
                    return false;
                }
                usedBytes += more;
                bytes += more;
                return true;
            }
        }

        /** Its index is built, and takes no more than this; it is another one's turn. */
        public void built(long rest) {
            synchronized (IndexMemory.this) {
                usedBytes -= bytes - rest;
                bytes = rest;
                building -= builds ? 1 : 0;
                builds = false;
            }
            letIn();
        }

        /** It needs nothing any more. May be called twice. */
        public void free() {
            built(0);
        }
    }
}
