package io.magnetar.log;

import io.magnetar.message.Message;
import io.magnetar.stream.StreamAppender.AppendListener;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.layout.MessageEncoder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A log for simulations: what is appended is in the log when the executor runs its task, and answered and passed on then. It
 * outlives those who use it, as a real one does.
 *
 * <p>Thread: any; its tasks exclude each other.
 */
public final class InMemoryCompactedLog implements CompactedLog {
    private final Executor executor;
    private final Map<String, LogRecord> newest = new LinkedHashMap<>();
    private final List<LogFollower> followers = new ArrayList<>();
    private @Nullable StreamFailure failure;
    private long pendingBytes;

    /** @param executor runs appends in their order, one at a time */
    public InMemoryCompactedLog(Executor executor) {
        this.executor = executor;
    }

    @Override
    public synchronized void append(String key, Message record, AppendListener listener) {
        int bytes = record.weight();
        pendingBytes += bytes;
        executor.execute(() -> {
            StreamFailure outcome = commit(key, record, bytes);
            listener.appended(outcome);
        });
    }

    private synchronized @Nullable StreamFailure commit(String key, Message message, int bytes) {
        pendingBytes -= bytes;
        if (failure != null) {
            return failure;
        }
        Map<String, String> properties = new LinkedHashMap<>();
        MessageEncoder.properties(message, properties::put);
        LogRecord record = new LogRecord(key, message.payload(), properties, MessageEncoder.eventTime(message));
        newest.remove(key);
        if (!record.isTombstone()) {
            newest.put(key, record);
        }
        followers.forEach(follower -> follower.onRecord(record));
        return null;
    }

    @Override
    public synchronized CompletableFuture<Void> follow(LogFollower follower) {
        newest.values().forEach(follower::onRecord);
        followers.add(follower);
        return CompletableFuture.completedFuture(null);
    }

    /** Forgets all followers: the broker that had them is gone. */
    public synchronized void forgetFollowers() {
        followers.clear();
    }

    /** Answers all appends with a failure from now on; null ends that. */
    public synchronized void failWith(@Nullable StreamFailure outcome) {
        failure = outcome;
    }

    @Override
    public synchronized long pendingBytes() {
        return pendingBytes;
    }
}
