package io.magnetar.log;

import io.magnetar.message.Message;
import io.magnetar.stream.StreamAppender.AppendListener;
import io.magnetar.stream.append.PulsarLogWriter;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.apache.pulsar.client.api.PulsarClient;

/**
 * A log on a compacted Pulsar topic, partitioned or not, which must exist. The record's key is the Pulsar message's key.
 *
 * <p>Thread: any.
 */
public final class PulsarCompactedLog implements CompactedLog {
    private final PulsarClient client;
    private final List<String> pulsarTopics;
    private final PulsarLogWriter writer;
    private final Executor executor;
    private final Set<PulsarLogFollowing> followings = ConcurrentHashMap.newKeySet();

    /** @param pulsarTopics the topic, or its partitions in their order */
    PulsarCompactedLog(PulsarClient client, List<String> pulsarTopics, PulsarLogWriter writer, Executor executor) {
        this.client = client;
        this.pulsarTopics = List.copyOf(pulsarTopics);
        this.writer = writer;
        this.executor = executor;
    }

    @Override
    public void append(String key, Message record, AppendListener listener) {
        writer.append(key, record, listener);
    }

    @Override
    public CompletableFuture<Void> follow(LogFollower follower) {
        PulsarLogFollowing following = new PulsarLogFollowing(client, pulsarTopics, follower, executor);
        followings.add(following);
        return following.start().whenComplete((loaded, failure) -> {
            if (failure != null) {
                followings.remove(following);
            }
        });
    }

    @Override
    public long pendingBytes() {
        return writer.pendingBytes();
    }

    /** Ends all followers' calls, and completes when all that was given to {@link #append} is answered. Never fails. */
    public CompletableFuture<Void> close() {
        followings.forEach(PulsarLogFollowing::close);
        return writer.close();
    }
}
