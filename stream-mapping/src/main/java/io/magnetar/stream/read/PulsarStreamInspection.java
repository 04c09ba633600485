package io.magnetar.stream.read;

import io.magnetar.stream.Position;
import io.magnetar.stream.RetentionFloor;
import io.magnetar.stream.RetentionFloors;
import io.magnetar.stream.StartPosition;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamInspection;
import io.magnetar.stream.StreamReaders.StreamFailureException;
import io.magnetar.stream.StreamReaders.StreamMessage;
import io.magnetar.stream.failure.PulsarFailures;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntFunction;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.PulsarClient;
import org.jspecify.annotations.Nullable;

/**
 * Looks into streams with readers of the Pulsar client, a few partitions at a time; what is read is bounded.
 *
 * <p>Thread: any.
 */
public final class PulsarStreamInspection implements StreamInspection {
    private static final int LANES = 16;
    private static final int MAX_BYTES = 4 << 20;
    private static final int MIN_PARTITION_BYTES = 64 << 10;

    private final PartitionOpener opener;
    private final RetentionFloors floors;
    private final ReadSettings settings;

    /** @param floors below them is nothing to see */
    public PulsarStreamInspection(PulsarClient client, RetentionFloors floors, ReadSettings settings) {
        this.floors = floors;
        this.opener = new PartitionOpener(client, settings);
        this.settings = settings;
    }

    @Override
    public CompletableFuture<Peeked> peek(StreamDefinition stream, StartPosition start, int messages) {
        int bytes = Math.max(MIN_PARTITION_BYTES, MAX_BYTES / stream.partitions());
        return floors.of(stream)
                .thenCompose(floor -> startOf(stream, start).thenCompose(from -> {
                    MessageSelection selection = new MessageSelection(stream, from, stream.filter(), new LongAdder());
                    return eachPartition(
                            stream,
                            partition -> opener.cursor(stream.pulsarTopic(partition), partition, from, floor)
                                    .thenCompose(cursor -> new PartitionPeek(
                                                    cursor, selection, new FloorLine(floor), messages, bytes)
                                            .run(settings.openTimeoutMillis())));
                }))
                .thenApply(taken -> merged(taken, start instanceof StartPosition.Last, messages))
                .exceptionallyCompose(failure -> failed(stream, failure));
    }

    private CompletableFuture<StartPosition> startOf(StreamDefinition stream, StartPosition start) {
        return FixedStarts.of(
                stream,
                start,
                (partition, position) -> opener.storedMicros(stream, partition, position)
                        .orTimeout(settings.openTimeoutMillis(), TimeUnit.MILLISECONDS));
    }

    private static Peeked merged(List<PartitionPeek.Taken> taken, boolean last, int messages) {
        List<StreamMessage> all = new ArrayList<>();
        taken.forEach(partition -> all.addAll(partition.messages()));
        all.sort(Comparator.comparingLong(read -> read.message().timestampMicros()));
        int from = last ? Math.max(0, all.size() - messages) : 0;
        return new Peeked(
                List.copyOf(all.subList(from, Math.min(all.size(), from + messages))),
                taken.stream().anyMatch(PartitionPeek.Taken::cut));
    }

    @Override
    public CompletableFuture<List<Span>> spans(StreamDefinition stream) {
        return eachPartition(stream, partition -> span(stream, partition));
    }

    @Override
    public CompletableFuture<Span> span(StreamDefinition stream, int partition) {
        return floors.of(stream)
                .thenCompose(floor -> span(stream.pulsarTopic(partition), partition, floor))
                .exceptionallyCompose(failure -> failed(stream, failure));
    }

    private CompletableFuture<Span> span(String pulsarTopic, int partition, RetentionFloor floor) {
        return opener.end(pulsarTopic).thenCompose(last -> {
            if (last.isEmpty() || Positions.only(last).entryId() < 0) {
                return CompletableFuture.completedFuture(new Span(partition, null, null));
            }
            return oldest(pulsarTopic, partition, floor)
                    .thenCombine(
                            first(pulsarTopic, last.get(0)),
                            (oldest, newest) -> new Span(partition, oldest, oldest == null ? null : newest));
        });
    }

    private CompletableFuture<@Nullable Kept> oldest(String pulsarTopic, int partition, RetentionFloor floor) {
        return opener.cursor(pulsarTopic, partition, new StartPosition.Earliest(), floor)
                .thenCompose(
                        cursor -> new OldestMessage(cursor, new FloorLine(floor)).find(settings.openTimeoutMillis()))
                .thenApply(PulsarStreamInspection::kept);
    }

    @Override
    public CompletableFuture<StartPosition.Resume> fixed(StreamDefinition stream, StartPosition start) {
        return startOf(stream, start)
                .thenCompose(from -> eachPartition(stream, partition -> fixed(stream, partition, from))
                        .thenApply(places -> place(PartitionOpener.fromMicros(from), places)))
                .exceptionallyCompose(failure -> failed(stream, failure));
    }

    private CompletableFuture<Optional<Position>> fixed(StreamDefinition stream, int partition, StartPosition from) {
        return opener.cursor(stream.pulsarTopic(partition), partition, from).thenApply(cursor -> {
            cursor.close();
            return Optional.ofNullable(cursor.start);
        });
    }

    private static StartPosition.Resume place(long fromMicros, List<Optional<Position>> places) {
        Map<Integer, Position> after = new HashMap<>();
        for (int partition = 0; partition < places.size(); partition++) {
            int of = partition;
            places.get(partition).ifPresent(position -> after.put(of, position));
        }
        return new StartPosition.Resume(fromMicros, after);
    }

    @Override
    public CompletableFuture<List<Long>> behind(StreamDefinition stream, StartPosition.Resume place) {
        return floors.of(stream)
                .thenCompose(floor -> behind(stream, place, floor))
                .exceptionallyCompose(failure -> failed(stream, failure));
    }

    @Override
    public CompletableFuture<List<Long>> storedBehind(StreamDefinition stream, StartPosition.Resume place) {
        return behind(stream, place, RetentionFloor.NONE).exceptionallyCompose(failure -> failed(stream, failure));
    }

    private CompletableFuture<List<Long>> behind(
            StreamDefinition stream, StartPosition.Resume place, RetentionFloor floor) {
        MessageSelection selection = new MessageSelection(stream, place, stream.filter(), new LongAdder());
        return eachPartition(
                stream,
                partition -> opener.cursor(stream.pulsarTopic(partition), partition, place, floor)
                        .thenCompose(cursor -> new PartitionPeek(
                                        cursor, selection, new FloorLine(floor), 1, MIN_PARTITION_BYTES)
                                .run(settings.openTimeoutMillis()))
                        .thenCompose(taken -> behind(stream.pulsarTopic(partition), partition, taken, floor)));
    }

    private CompletableFuture<Long> behind(
            String pulsarTopic, int partition, PartitionPeek.Taken next, RetentionFloor floor) {
        if (next.messages().isEmpty()) {
            return next.cut()
                    ? atMostBehind(pulsarTopic, partition, next.last(), floor)
                    : CompletableFuture.completedFuture(0L);
        }
        MessageId first = Positions.messageId(next.messages().get(0).position(), partition);
        return first(pulsarTopic, first)
                .thenCombine(newest(pulsarTopic), (from, to) -> new Span(partition, from, to).messages());
    }

    /** All that the partition has, or all behind what was looked at, when that is less. */
    private CompletableFuture<Long> atMostBehind(
            String pulsarTopic, int partition, Position last, RetentionFloor floor) {
        return span(pulsarTopic, partition, floor)
                .thenCombine(first(pulsarTopic, Positions.messageId(last, partition)), (span, from) -> {
                    Span behind = new Span(partition, from, span.newest());
                    return behind.messages() == Kept.UNNUMBERED
                            ? Kept.UNNUMBERED
                            : Math.min(span.messages(), Math.max(0, behind.messages() - 1));
                });
    }

    private CompletableFuture<@Nullable Kept> newest(String pulsarTopic) {
        return opener.end(pulsarTopic)
                .thenCompose(last -> last.isEmpty()
                        ? CompletableFuture.<@Nullable Kept>completedFuture(null)
                        : first(pulsarTopic, last.get(0)));
    }

    /** The message of an id, or else the next one; null when there is none. */
    private CompletableFuture<@Nullable Kept> first(String pulsarTopic, MessageId id) {
        return opener.first(pulsarTopic, id).thenApply(PulsarStreamInspection::kept);
    }

    private static @Nullable Kept kept(Optional<Message<byte[]>> found) {
        return found.map(PulsarStreamInspection::kept).orElse(null);
    }

    private static Kept kept(Message<byte[]> message) {
        return new Kept(
                Positions.of(message.getMessageId()),
                message.getBrokerPublishTime().orElseGet(message::getPublishTime),
                message.getIndex().orElse(Kept.UNNUMBERED));
    }

    /** Asks of all partitions, so many at a time as there are lanes. */
    private static <T> CompletableFuture<List<T>> eachPartition(
            StreamDefinition stream, IntFunction<CompletableFuture<T>> question) {
        List<CompletableFuture<T>> answers = new ArrayList<>();
        for (int i = 0; i < stream.partitions(); i++) {
            int partition = i;
            answers.add(
                    i < LANES
                            ? question.apply(partition)
                            : answers.get(i - LANES).thenCompose(before -> question.apply(partition)));
        }
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenApply(done -> answers.stream()
                        .map(answer -> Objects.requireNonNull(answer.getNow(null)))
                        .toList());
    }

    private static <T> CompletableFuture<T> failed(StreamDefinition stream, Throwable failure) {
        return CompletableFuture.failedFuture(
                new StreamFailureException(PulsarFailures.of(failure, stream.pulsarTopic())));
    }
}
