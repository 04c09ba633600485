package io.magnetar.log;

import io.magnetar.message.Message;
import io.magnetar.stream.StreamAppender.AppendListener;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamFailure.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A compacted log that is made with its first record: while nobody has anything to keep in it there is none, and it costs nothing.
 *
 * <pre>
 *   absent --first append, or another broker has made it--> opening --followed to its end--> open
 *     ^                                                        | fails
 *     +--------------------------------------------------------+ what waits is answered; it is tried again, if it is there
 * </pre>
 *
 * <p>Synchronization: once it is open, no lock is taken. Before that appends wait in their order, up to
 * {@value #MAX_WAITING_BYTES} bytes.
 */
public final class LogOnDemand implements CompactedLog {
    private static final Logger LOG = LoggerFactory.getLogger(LogOnDemand.class);
    private static final long MAX_WAITING_BYTES = 4L << 20;

    private final Source source;
    private final String topic;
    private final Executor later;
    private @Nullable LogFollower follower;
    private @Nullable CompactedLog opened;
    private @Nullable CompletableFuture<Void> opening;
    private List<Waiting> waiting = new ArrayList<>();
    private boolean closed;
    /** It is to be tried again. */
    private boolean due;

    private volatile @Nullable CompactedLog log;
    private volatile long waitingBytes;

    /** Where the log is, or will be. Thread: any. */
    public interface Source {
        CompletableFuture<Boolean> exists();

        /** Makes it, unless it is there. */
        CompletableFuture<Void> make();

        /** Opens it when it is there; called once. */
        CompactedLog open();
    }

    private record Waiting(String key, Message record, AppendListener listener) {}

    /**
     * @param topic the Pulsar topic, for messages
     * @param later runs a task after a while
     */
    public LogOnDemand(Source source, String topic, Executor later) {
        this.source = source;
        this.topic = topic;
        this.later = later;
    }

    /** Follows the log, if there is one, and when there is one. There is one follower; after a failure it may be given again. */
    @Override
    public CompletableFuture<Void> follow(LogFollower one) {
        synchronized (this) {
            follower = one;
        }
        return source.exists()
                .thenCompose(there -> there ? open(false) : CompletableFuture.<Void>completedFuture(null));
    }

    /** Makes the log, unless it is there. */
    public CompletableFuture<Void> make() {
        return open(true);
    }

    /** Another broker has made it. A failure is logged, and it is tried again. */
    public void appeared() {
        var unused = open(false).exceptionally(failure -> null);
    }

    /** Looks whether another broker has made it, in case nobody told; to be called now and then. */
    public void look() {
        if (isAwaited()) {
            var unused = source.exists().whenComplete((there, failure) -> {
                if (failure != null) {
                    LOG.debug("Whether there is {} cannot be found out now", topic, failure);
                    tryLater();
                } else if (there) {
                    appeared();
                }
            });
        }
    }

    /** It has a follower, and is neither open nor on the way to it. */
    private synchronized boolean isAwaited() {
        return log == null && opening == null && follower != null && !closed;
    }

    private void tryLater() {
        synchronized (this) {
            if (due || closed) {
                return;
            }
            due = true;
        }
        later.execute(() -> {
            synchronized (this) {
                due = false;
            }
            look();
        });
    }

    private CompletableFuture<Void> open(boolean make) {
        CompletableFuture<Void> promise = new CompletableFuture<>();
        LogFollower following;
        synchronized (this) {
            if (opening != null) {
                return opening;
            }
            if (log != null || follower == null || closed) {
                return CompletableFuture.completedFuture(null);
            }
            opening = promise;
            following = follower;
        }
        var unused = (make ? source.make() : CompletableFuture.<Void>completedFuture(null))
                .thenCompose(there -> target().follow(following))
                .whenComplete((done, failure) -> {
                    if (failure == null) {
                        drain(target());
                        promise.complete(null);
                    } else {
                        LOG.warn("{} cannot be opened now, it is tried again: {}", topic, failure.toString());
                        answerAll("the log cannot be opened now: " + failure.getMessage());
                        tryLater();
                        promise.completeExceptionally(failure);
                    }
                });
        return promise;
    }

    private synchronized CompactedLog target() {
        if (opened == null) {
            opened = source.open();
        }
        return opened;
    }

    @Override
    public void append(String key, Message record, AppendListener listener) {
        CompactedLog open = log;
        if (open == null) {
            open = waits(new Waiting(key, record, listener));
        }
        if (open != null) {
            open.append(key, record, listener);
        }
    }

    /** @return the log, when it is open by now and the append need not wait */
    private @Nullable CompactedLog waits(Waiting append) {
        boolean refused;
        synchronized (this) {
            if (log != null) {
                return log;
            }
            refused = closed || waitingBytes + append.record().weight() > MAX_WAITING_BYTES;
            if (!refused) {
                waiting.add(append);
                waitingBytes += append.record().weight();
            }
        }
        if (refused) {
            append.listener().appended(new StreamFailure(Kind.UNAVAILABLE, "too much waits for the log to be made"));
        } else {
            var unused = open(true);
        }
        return null;
    }

    private void drain(CompactedLog into) {
        for (List<Waiting> some = takeWaiting(into); !some.isEmpty(); some = takeWaiting(into)) {
            some.forEach(append -> into.append(append.key(), append.record(), append.listener()));
        }
    }

    /** When nothing waits any more, the log is open. */
    private synchronized List<Waiting> takeWaiting(CompactedLog into) {
        if (waiting.isEmpty()) {
            log = closed ? null : into;
            opening = null;
        }
        return takeAll();
    }

    private synchronized List<Waiting> takeAll() {
        List<Waiting> taken = waiting;
        waiting = new ArrayList<>();
        waitingBytes = 0;
        return taken;
    }

    private void answerAll(String reason) {
        List<Waiting> unanswered;
        synchronized (this) {
            opening = null;
            unanswered = takeAll();
        }
        unanswered.forEach(append -> append.listener().appended(new StreamFailure(Kind.UNAVAILABLE, reason)));
    }

    /** Makes and opens nothing any more; what waits is answered. */
    public void close() {
        synchronized (this) {
            closed = true;
            log = null;
        }
        answerAll("the log is closed");
    }

    @Override
    public long pendingBytes() {
        CompactedLog open = log;
        return open == null ? waitingBytes : open.pendingBytes();
    }
}
