package io.magnetar.stream.newest;

import io.magnetar.tenancy.Namespace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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
 * order, each when as much is free as it says that it needs. The replays of one namespace hold half of the memory together, so that
 * slow clients of one do not keep out all others; who waits for that is overtaken by those of other namespaces.
 *
 * <p>Thread: any.
 */
public final class IndexMemory {
    private final long maxBytes;
    private final int maxBuilding;
    /** Of those namespaces that hold something or wait. */
    private final Map<Namespace, Part> parts = new HashMap<>();

    private long usedBytes;
    private int building;
    private int waiting;
    private long entered;

    /** What one namespace holds, and who waits of it, in their order. */
    private static final class Part {
        private final Set<Waiting> waiting = new LinkedHashSet<>();
        private long usedBytes;
    }

    /** @param maxBuilding how many indexes may be built at a time */
    public IndexMemory(long maxBytes, int maxBuilding) {
        this.maxBytes = maxBytes;
        this.maxBuilding = maxBuilding;
    }

    /** How much one replay may hold, and all of one namespace together. */
    public long maxBytesOfOne() {
        return maxBytes / 2;
    }

    public synchronized long usedBytes() {
        return usedBytes;
    }

    /** How many wait for their turn. */
    public synchronized int waiting() {
        return waiting;
    }

    /**
     * Asks for a turn to build an index.
     *
     * @param bytes what it needs to begin with; not more than {@link #maxBytesOfOne}
     * @param onTurn told once, unless it is withdrawn before, on any thread and perhaps before this method returns
     */
    public Waiting enter(Namespace namespace, long bytes, Consumer<Share> onTurn) {
        Waiting entering;
        synchronized (this) {
            entering = new Waiting(namespace, bytes, onTurn, entered++);
            part(namespace).waiting.add(entering);
            waiting++;
        }
        letIn();
        return entering;
    }

    private Part part(Namespace namespace) {
        return parts.computeIfAbsent(namespace, of -> new Part());
    }

    private long usedBytes(Namespace namespace) {
        Part part = parts.get(namespace);
        return part == null ? 0 : part.usedBytes;
    }

    private void dropWhenUnused(Namespace namespace, Part part) {
        if (part.usedBytes == 0 && part.waiting.isEmpty()) {
            parts.remove(namespace);
        }
    }

    private void letIn() {
        List<Runnable> turns = new ArrayList<>();
        synchronized (this) {
            for (Waiting next = first(); next != null && fits(next); next = first()) {
                remove(next);
                building++;
                use(next.namespace, next.bytes);
                Share share = new Share(next.namespace, next.bytes);
                Consumer<Share> onTurn = next.onTurn;
                turns.add(() -> onTurn.accept(share));
            }
        }
        turns.forEach(Runnable::run);
    }

    /** The first one in order that does not wait for others of its namespace. */
    private @Nullable Waiting first() {
        Waiting first = null;
        for (Part part : parts.values()) {
            Waiting of = part.waiting.isEmpty() ? null : part.waiting.iterator().next();
            if (of != null
                    && part.usedBytes + of.bytes <= maxBytesOfOne()
                    && (first == null || of.number < first.number)) {
                first = of;
            }
        }
        return first;
    }

    private boolean fits(Waiting next) {
        return building < maxBuilding && usedBytes + next.bytes <= maxBytes;
    }

    private void use(Namespace namespace, long bytes) {
        Part part = part(namespace);
        usedBytes += bytes;
        part.usedBytes += bytes;
        dropWhenUnused(namespace, part);
    }

    /** @return whether it has waited until now */
    private boolean remove(Waiting who) {
        Part part = part(who.namespace);
        boolean waited = part.waiting.remove(who);
        waiting -= waited ? 1 : 0;
        dropWhenUnused(who.namespace, part);
        return waited;
    }

    /** One that has asked for its turn. Thread: any. */
    public final class Waiting {
        private final Namespace namespace;
        private final long bytes;
        private final Consumer<Share> onTurn;
        private final long number;

        private Waiting(Namespace namespace, long bytes, Consumer<Share> onTurn, long number) {
            this.namespace = namespace;
            this.bytes = bytes;
            this.onTurn = onTurn;
            this.number = number;
        }

        /** It wants no turn any more. Nothing happens when it has had it. */
        public void withdraw() {
            boolean waited;
            synchronized (IndexMemory.this) {
                waited = remove(this);
            }
            if (waited) {
                letIn();
            }
        }
    }

    /** The part of one replay. Thread: any. */
    public final class Share {
        private final Namespace namespace;
        private long bytes;
        private boolean builds = true;

        private Share(Namespace namespace, long bytes) {
            this.namespace = namespace;
            this.bytes = bytes;
        }

        /** @return whether it has so many bytes now; it keeps what it has when not */
        public boolean holds(long wanted) {
            synchronized (IndexMemory.this) {
                long more = Math.max(0, wanted - bytes);
                if (usedBytes + more > maxBytes || usedBytes(namespace) + more > maxBytesOfOne()) {
                    return false;
                }
                use(namespace, more);
                bytes += more;
                return true;
            }
        }

        /** Its index is built, and takes no more than this; it is another one's turn. */
        public void built(long rest) {
            synchronized (IndexMemory.this) {
                use(namespace, rest - bytes);
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
