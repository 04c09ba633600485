package io.magnetar.stream.group;

import io.magnetar.stream.Position;
import io.magnetar.stream.ReplayRange;
import io.magnetar.stream.RetentionFloor;
import io.magnetar.stream.RetentionFloors;
import io.magnetar.stream.StartPosition;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamGroup;
import io.magnetar.stream.StreamLimits;
import io.magnetar.stream.StreamReaders;
import io.magnetar.stream.StreamReaders.Ended;
import io.magnetar.stream.StreamReaders.Passed;
import io.magnetar.stream.StreamReaders.StreamListener;
import io.magnetar.stream.StreamReaders.StreamMessage;
import io.magnetar.stream.read.InTheMaking;
import io.magnetar.stream.read.ReadSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.pulsar.client.admin.PulsarAdminException;
import org.apache.pulsar.client.admin.Topics;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.impl.MessageIdImpl;

/**
 * Makes the Pulsar subscriptions of groups. The first partition's decides: it is made first and tells where the group began, so that
 * of two who make a group at once one start counts, and a group that was made by halves is made whole.
 *
 * <p>Thread: any.
 */
final class GroupSubscriptions {
    private static final StreamListener NOBODY = new StreamListener() {
        @Override
        public void onMessage(StreamMessage message) {}

        @Override
        public void onPassed(Passed passed) {}

        @Override
        public void onPlaceLost(int partition) {}

        @Override
        public void onMissed(int partition) {}

        @Override
        public void onEnded(Ended ended) {}

        @Override
        public void onFailed(StreamFailure failure) {}
    };

    private final Topics topics;
    private final GroupCap cap;
    private final StreamReaders readers;
    private final RetentionFloors floors;
    private final InTheMaking inTheMaking;
    private final ReadSettings settings;

    /**
     * @param readers tell what position a start means
     * @param floors no group begins below them; what it has begun it gets, for its subscription holds that
     */
    GroupSubscriptions(
            Topics topics,
            GroupCap cap,
            StreamReaders readers,
            RetentionFloors floors,
            InTheMaking inTheMaking,
            ReadSettings settings) {
        this.topics = topics;
        this.cap = cap;
        this.readers = readers;
        this.floors = floors;
        this.inTheMaking = inTheMaking;
        this.settings = settings;
    }

    /** @return completes with where the group began, when it exists */
    CompletableFuture<StartPosition.Resume> begin(StreamGroup group, StartPosition start) {
        return known(group)
                .thenCompose(found -> found.isPresent()
                        ? CompletableFuture.completedFuture(found.get())
                        : cap.inTurn(group.stream(), () -> beginNew(group, start)));
    }

    private CompletableFuture<StartPosition.Resume> beginNew(StreamGroup group, StartPosition start) {
        return known(group)
                .thenCompose(found -> found.isPresent()
                        ? CompletableFuture.completedFuture(found.get())
                        : cap.room(group.stream())
                                .thenCompose(ignored -> fixed(group, start))
                                .thenCompose(from -> make(group, from)));
    }

    /** Where the group began; nothing when there is no such group. */
    private CompletableFuture<Optional<StartPosition.Resume>> known(StreamGroup group) {
        return topics.getSubscriptionPropertiesAsync(group.stream().pulsarTopic(0), group.subscription())
                .thenApply(properties -> Optional.of(GroupStart.parse(properties == null ? Map.of() : properties)))
                .exceptionally(failure -> orWhen(isMissing(failure), Optional::empty, failure));
    }

    private CompletableFuture<StartPosition.Resume> fixed(StreamGroup group, StartPosition start) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(settings.openTimeoutMillis());
        return inTheMaking
                .retried(group.stream(), 0, deadline, () -> floors.of(group.stream()))
                .thenCompose(floor -> readers.open(
                                group.stream().everyMessage(),
                                ReplayRange.from(notBelow(floor, group.stream(), start)),
                                group.filter(),
                                NOBODY)
                        .thenApply(reader -> {
                            reader.close();
                            StartPosition.Resume began = reader.start();
                            return new StartPosition.Resume(
                                    Math.max(began.fromMicros(), floor.fromMicros()), began.after());
                        }));
    }

    /** Where more are kept than can be counted back, the oldest that is there is the start: rather some more than some missing. */
    static StartPosition notBelow(RetentionFloor floor, StreamDefinition stream, StartPosition start) {
        long last = stream.limits().lastMessages();
        if (last == StreamLimits.UNLIMITED || last > StartPosition.Last.MAX) {
            return start;
        }
        boolean isCut = IntStream.range(0, stream.partitions()).anyMatch(partition -> floor.fromNumber(partition) > 0);
        return start instanceof StartPosition.Earliest && isCut ? new StartPosition.Last((int) last) : start;
    }

    private CompletableFuture<StartPosition.Resume> make(StreamGroup group, StartPosition.Resume start) {
        return make(group, 0, start)
                .thenCompose(isNew ->
                        isNew ? makeOthers(group, start) : known(group).thenApply(found -> found.orElse(start)));
    }

    private CompletableFuture<StartPosition.Resume> makeOthers(StreamGroup group, StartPosition.Resume start) {
        List<CompletableFuture<Boolean>> made = new ArrayList<>();
        for (int partition = 1; partition < group.stream().partitions(); partition++) {
            made.add(make(group, partition, start));
        }
        return CompletableFuture.allOf(made.toArray(CompletableFuture[]::new)).thenApply(done -> start);
    }

    /** @return completes with whether the partition had no such subscription */
    private CompletableFuture<Boolean> make(StreamGroup group, int partition, StartPosition.Resume start) {
        String topic = group.stream().pulsarTopic(partition);
        return cursor(group.stream(), partition, start)
                .thenCompose(begin -> topics.createSubscriptionAsync(
                        topic, group.subscription(), begin, false, GroupStart.properties(start)))
                .thenApply(made -> true)
                .exceptionallyCompose(
                        failure -> isThere(topic, group).thenApply(there -> orWhen(there, () -> false, failure)));
    }

    /** Of two who make a subscription at once one may fail in more ways than that it is there. */
    private CompletableFuture<Boolean> isThere(String topic, StreamGroup group) {
        return topics.getSubscriptionPropertiesAsync(topic, group.subscription())
                .handle((properties, failure) -> failure == null);
    }

    /** Where the Pulsar subscription is to begin: at the start, or somewhat before it. */
    private CompletableFuture<MessageId> cursor(StreamDefinition stream, int partition, StartPosition.Resume start) {
        Position after = start.after().get(partition);
        if (after != null) {
            return CompletableFuture.completedFuture(
                    after.equals(Position.START)
                            ? MessageId.earliest
                            : new MessageIdImpl(after.ledgerId(), Math.max(0, after.entryId()), partition));
        }
        long millis = TimeUnit.MICROSECONDS.toMillis(start.fromMicros()) - settings.skewMarginMillis();
        return millis <= 0
                ? CompletableFuture.completedFuture(MessageId.earliest)
                : topics.getMessageIdByTimestampAsync(stream.pulsarTopic(partition), millis);
    }

    private static <T> T orWhen(boolean expected, Supplier<T> then, Throwable failure) {
        if (expected) {
            return then.get();
        }
        throw failure instanceof CompletionException wrapped ? wrapped : new CompletionException(failure);
    }

    private static boolean isMissing(Throwable failure) {
        return cause(failure) instanceof PulsarAdminException.NotFoundException;
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
