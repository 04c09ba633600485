package io.magnetar.stream.read;

import io.magnetar.stream.Position;
import io.magnetar.stream.RetentionFloor;
import io.magnetar.stream.StartPosition;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.layout.MessageDecoder;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.ConsumerCryptoFailureAction;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.Reader;
import org.apache.pulsar.client.api.ReaderBuilder;
import org.apache.pulsar.client.api.TopicMessageId;
import org.apache.pulsar.client.impl.ReaderImpl;

/**
 * Opens Pulsar readers over partitions at a position that holds: the client comes back to it when it must connect again before
 * the first message was read.
 *
 * <p>Thread: any.
 */
final class PartitionOpener {
    /** So much below a floor is passed over sooner than a reader is moved. */
    private static final long FEW_MESSAGES = 10_000;

    private static final int SCAN_PREFETCH_MESSAGES = 1_000;

    private static final long SHORT_MICROS = 60_000_000;

    private static final long NEXT_TAKES_AT_MOST_MILLIS = 30_000;

    private final PulsarClient client;
    private final ReadSettings settings;

    PartitionOpener(PulsarClient client, ReadSettings settings) {
        this.client = client;
        this.settings = settings;
    }

    /** @return completes when the position is fixed; after a failure nothing is left open */
    CompletableFuture<PositionCursor> cursor(String pulsarTopic, int partition, StartPosition start) {
        if (start instanceof StartPosition.Last last) {
            return new LastMessages(this, pulsarTopic, partition, last.messages()).open();
        }
        if (start instanceof StartPosition.Latest) {
            return cursorAtEnd(pulsarTopic, partition);
        }
        if (start instanceof StartPosition.MessageId id && id.partition() == partition) {
            Position before = id.position().before();
            return openAt(pulsarTopic, partition, before)
                    .thenApply(reader -> new PositionCursor(partition, new PartitionCursor(reader), before));
        }
        Position after =
                start instanceof StartPosition.Resume resume ? resume.after().get(partition) : null;
        return after == null
                ? cursorFrom(pulsarTopic, partition, fromMicros(start))
                : openAt(pulsarTopic, partition, after)
                        .thenApply(reader -> PositionCursor.resumed(partition, new PartitionCursor(reader), after));
    }

    /**
     * A cursor that does not begin far below the floor of its stream. What is left to be passed over is about as much as comes in a
     * minute.
     *
     * @return completes when the position is fixed; after a failure nothing is left open
     */
    CompletableFuture<PositionCursor> cursor(
            String pulsarTopic, int partition, StartPosition start, RetentionFloor floor) {
        long fromMicros = floor.fromMicros();
        long fromNumber = floor.fromNumber(partition);
        if (start instanceof StartPosition.Timestamp time && time.epochMicros() < fromMicros) {
            return cursorFrom(pulsarTopic, partition, fromMicros);
        }
        if (!(start instanceof StartPosition.Earliest) || (fromMicros <= 0 && fromNumber <= 0)) {
            return cursor(pulsarTopic, partition, start);
        }
        return first(pulsarTopic, MessageId.earliest).thenCompose(oldest -> {
            if (oldest.isPresent() && oldest.get().getIndex().orElse(Long.MAX_VALUE) < fromNumber - FEW_MESSAGES) {
                return LastMessages.from(this, pulsarTopic, partition, fromNumber)
                        .open();
            }
            boolean old =
                    oldest.isPresent() && MessageDecoder.timestampMicros(oldest.get()) < fromMicros - SHORT_MICROS;
            return old ? cursorFrom(pulsarTopic, partition, fromMicros) : cursor(pulsarTopic, partition, start);
        });
    }

    /**
     * When the broker stored a message, or before that when the stream has copies and it may be one, epoch microseconds.
     *
     * @return nothing when the partition has no such message, nor a later one; after a failure nothing is left open
     */
    CompletableFuture<Optional<Long>> storedMicros(StreamDefinition stream, int partition, Position position) {
        return first(stream.pulsarTopic(partition), Positions.messageId(position, partition))
                .thenApply(found -> found.map(message -> stream.life().wasFilled()
                        ? MessageDecoder.placedMicros(message)
                        : TimeUnit.MILLISECONDS.toMicros(
                                message.getBrokerPublishTime().orElseGet(message::getPublishTime))));
    }

    /** The message of an id, or else the next one; nothing when there is none. After a failure nothing is left open. */
    CompletableFuture<Optional<Message<byte[]>>> first(String pulsarTopic, MessageId id) {
        return openWith(pulsarTopic, id)
                .thenCompose(reader -> next(reader).whenComplete((found, failure) -> {
                    var unused = closed(reader);
                }));
    }

    /** The next message of a reader; nothing when there is none. Fails when it does not come: it may have been deleted meanwhile. */
    static CompletableFuture<Optional<Message<byte[]>>> next(Reader<byte[]> reader) {
        return reader.hasMessageAvailableAsync()
                .thenCompose(any -> any
                        ? reader.readNextAsync()
                                .orTimeout(NEXT_TAKES_AT_MOST_MILLIS, TimeUnit.MILLISECONDS)
                                .thenApply(Optional::of)
                        : CompletableFuture.completedFuture(Optional.<Message<byte[]>>empty()));
    }

    /** The time that a start position names, epoch microseconds; 0 when it names none. */
    static long fromMicros(StartPosition start) {
        if (start instanceof StartPosition.Timestamp timestamp) {
            return timestamp.epochMicros();
        }
        if (start instanceof StartPosition.MessageId id) {
            return id.othersFromMicros();
        }
        return start instanceof StartPosition.Resume resume ? resume.fromMicros() : 0;
    }

    private CompletableFuture<PositionCursor> cursorFrom(String pulsarTopic, int partition, long epochMicros) {
        Position start = millisBefore(epochMicros) <= 0 ? Position.START : null;
        return openFrom(pulsarTopic, epochMicros)
                .thenApply(reader -> new PositionCursor(partition, new PartitionCursor(reader), start));
    }

    /** Opens a reader over all that is not older than a time, epoch microseconds, and some that is. */
    CompletableFuture<Reader<byte[]>> openFrom(String pulsarTopic, long epochMicros) {
        long millis = millisBefore(epochMicros);
        return millis <= 0 ? open(pulsarTopic, MessageId.earliest) : openAtTime(pulsarTopic, millis);
    }

    private long millisBefore(long epochMicros) {
        return TimeUnit.MICROSECONDS.toMillis(epochMicros) - settings.skewMarginMillis();
    }

    /** Opened at the end, because what a reader prefetches before it seeks is wasted. */
    private CompletableFuture<Reader<byte[]>> openAtTime(String pulsarTopic, long epochMillis) {
        return open(pulsarTopic, MessageId.latest)
                .thenCompose(reader -> seek(reader, epochMillis)
                        .thenApply(done -> reader)
                        .exceptionallyCompose(failure ->
                                closed(reader).thenCompose(ignored -> CompletableFuture.failedFuture(failure))));
    }

    /**
     * Moves a reader to what the broker stored at a time or later, epoch milliseconds.
     *
     * <p>The broker sends the consumer away, moves its cursor, and the client comes back after 100 ms. A broker that is slower than
     * that begins to read for the client who is back at the old place: it waits there for what comes next, and what lies before is never
     * sent. So nothing is asked for until the cursor has moved.
     */
    static CompletableFuture<Void> seek(Reader<byte[]> reader, long epochMillis) {
        Consumer<byte[]> consumer = ((ReaderImpl<byte[]>) reader).getConsumer();
        consumer.pause();
        return reader.seekAsync(epochMillis).whenComplete((done, failure) -> consumer.resume());
    }

    /**
     * A reader opened at {@code latest} would begin at what is latest again after a broken connection, and what came between
     * would be lost: it is opened after the message that is the last one now.
     */
    private CompletableFuture<PositionCursor> cursorAtEnd(String pulsarTopic, int partition) {
        return end(pulsarTopic)
                .thenCompose(last -> open(pulsarTopic, last.isEmpty() ? MessageId.earliest : last.get(0))
                        .thenApply(reader ->
                                new PositionCursor(partition, new PartitionCursor(reader), Positions.only(last))));
    }

    /** Opens a reader after a position; it begins with the message there, if there is one, for what becomes of it is to be seen. */
    CompletableFuture<Reader<byte[]>> openAt(String pulsarTopic, int partition, Position after) {
        return openAt(pulsarTopic, partition, after, false);
    }

    /** @param compacted whether what compaction has left is enough */
    CompletableFuture<Reader<byte[]>> openAt(String pulsarTopic, int partition, Position after, boolean compacted) {
        return openAt(pulsarTopic, partition, after, compacted, settings.prefetchMessages());
    }

    /** The same for one that is read to its end at once: the broker looks for its place anew for each portion that it reads. */
    CompletableFuture<Reader<byte[]>> openToScan(String pulsarTopic, int partition, Position after, boolean compacted) {
        return openAt(pulsarTopic, partition, after, compacted, SCAN_PREFETCH_MESSAGES);
    }

    private CompletableFuture<Reader<byte[]>> openAt(
            String pulsarTopic, int partition, Position after, boolean compacted, int prefetchMessages) {
        ReaderBuilder<byte[]> reader = reader(pulsarTopic, Positions.messageId(after, partition))
                .readCompacted(compacted)
                .receiverQueueSize(prefetchMessages);
        return (after.entryId() >= 0 ? reader.startMessageIdInclusive() : reader).createAsync();
    }

    /** The last message of a partition. */
    CompletableFuture<List<TopicMessageId>> end(String pulsarTopic) {
        return end(pulsarTopic, false);
    }

    /** The last message of a partition, also when the log is cut off behind it and only compaction has left it. */
    CompletableFuture<Position> endKept(String pulsarTopic) {
        return end(pulsarTopic)
                .thenApply(Positions::only)
                .thenCompose(last -> last.entryId() >= 0
                        ? CompletableFuture.completedFuture(last)
                        : end(pulsarTopic, true).thenApply(Positions::only));
    }

    /** @param compacted whether the last one that compaction has left counts: there may be deletions behind it */
    private CompletableFuture<List<TopicMessageId>> end(String pulsarTopic, boolean compacted) {
        return reader(pulsarTopic, MessageId.latest)
                .readCompacted(compacted)
                .createAsync()
                .thenCompose(probe -> probe.getLastMessageIdsAsync().whenComplete((last, failure) -> {
                    var unused = closed(probe);
                }));
    }

    /** Opens a reader after a message. */
    CompletableFuture<Reader<byte[]>> open(String pulsarTopic, MessageId after) {
        return reader(pulsarTopic, after).createAsync();
    }

    /** Opens a reader that begins with a message. */
    CompletableFuture<Reader<byte[]>> openWith(String pulsarTopic, MessageId first) {
        return reader(pulsarTopic, first).startMessageIdInclusive().createAsync();
    }

    private ReaderBuilder<byte[]> reader(String pulsarTopic, MessageId start) {
        return client.newReader()
                .topic(pulsarTopic)
                .startMessageId(start)
                .subscriptionRolePrefix("magnetar")
                .receiverQueueSize(settings.prefetchMessages())
                .cryptoFailureAction(ConsumerCryptoFailureAction.CONSUME);
    }

    static CompletableFuture<Void> closed(Reader<byte[]> reader) {
        return reader.closeAsync().exceptionally(ignored -> null);
    }
}
