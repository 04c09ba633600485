package io.magnetar.stream.backfill;

import io.magnetar.stream.layout.MessageDecoder;
import io.magnetar.stream.read.PartitionCursor;
import io.magnetar.topic.TopicFilter;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.PulsarClientException;
import org.jspecify.annotations.Nullable;

/**
 * One partition that is merged with others: its next message that is wanted, and up to when all that it stored was seen.
 *
 * <p>Where there is no message, the broker is asked whether there is any. That is believed when it has said no twice, with nothing read
 * in between: a message that has just come to the client may be known to neither side for a moment.
 *
 * <p>Thread: the job's turns.
 */
final class MergedPartition {
    private static final int BURST = 1_000;
    private static final long ASK_EVERY_MILLIS = 250;
    private static final long CLOCKS_DIFFER_MICROS = 1_000_000;
    private static final String INTERCEPTOR =
            "org.apache.pulsar.common.intercept.AppendBrokerTimestampMetadataInterceptor";

    private final PartitionCursor cursor;
    private final MessageDecoder decoder;
    private final TopicFilter filter;
    private final Turns turns;

    private @Nullable SourceMessage head;
    private long endMicros = Long.MAX_VALUE;
    private long seenThroughMillis;
    private long orderedThroughMicros;
    private long read;
    private long askedAtMillis;
    private boolean asking;
    /** When the broker said first that there is no more, since the last message; 0 when it has not. */
    private long saidNoneAtMillis;

    /** The turns of the job. */
    interface Turns {
        void take(Runnable task);
    }

    /** @param filter which messages are wanted */
    MergedPartition(PartitionCursor cursor, MessageDecoder decoder, TopicFilter filter, Turns turns) {
        this.cursor = cursor;
        this.decoder = decoder;
        this.filter = filter;
        this.turns = turns;
    }

    /** A message that is to be copied. */
    record SourceMessage(Message<byte[]> pulsar, io.magnetar.message.Message message) {
        long receivedMicros() {
            return message.timestampMicros();
        }
    }

    /** From now on only messages that were received before are wanted. */
    void endAt(long receivedMicros) {
        endMicros = receivedMicros;
        if (head != null && head.receivedMicros() >= endMicros) {
            head = null;
        }
    }

    /** The next message; null when there is none now, and then a turn follows when there is, or when that is known. */
    @Nullable
    SourceMessage head(long nowMillis) throws PulsarClientException {
        for (int i = 0; head == null && i < BURST; i++) {
            Message<byte[]> pulsar = cursor.isWaiting() ? null : cursor.poll();
            if (pulsar == null) {
                awaitMore(nowMillis);
                return null;
            }
            read++;
            saidNoneAtMillis = 0;
            seenThroughMillis = Math.max(seenThroughMillis, storedMillis(pulsar));
            orderedThroughMicros = MessageDecoder.placedMicros(pulsar);
            head = wanted(pulsar).orElse(null);
        }
        if (head == null) {
            turns.take(() -> {}); // All that was read was unwanted: it goes on behind the turns of others.
        }
        return head;
    }

    /** The clock of a producer says nothing about what the log has stored. */
    private static long storedMillis(Message<byte[]> pulsar) throws PulsarClientException {
        return pulsar.getBrokerPublishTime()
                .orElseThrow(() -> new PulsarClientException.NotSupportedException("its message "
                        + pulsar.getMessageId() + " does not tell when the broker stored it: the brokers need"
                        + " exposingBrokerEntryMetadataToClientEnabled=true and, from before the first message on,"
                        + " brokerEntryMetadataInterceptors with " + INTERCEPTOR));
    }

    private Optional<SourceMessage> wanted(Message<byte[]> pulsar) throws PulsarClientException {
        if (pulsar.getEncryptionCtx().isPresent()) {
            return Optional.empty();
        }
        Optional<SourceMessage> found = Optional.ofNullable(decoder.decode(pulsar))
                .filter(message -> filter.matches(message.topic()))
                .map(message -> new SourceMessage(pulsar, message));
        if (found.isPresent()) {
            checkClock(found.get());
        }
        return found.filter(message -> message.receivedMicros() < endMicros);
    }

    /** What was stored before the end was received before it: the broker of another clock may not know yet that it is to be held. */
    private void checkClock(SourceMessage message) throws PulsarClientException {
        long storedMicros = TimeUnit.MILLISECONDS.toMicros(storedMillis(message.pulsar()));
        if (storedMicros < endMicros && message.receivedMicros() - CLOCKS_DIFFER_MICROS >= endMicros) {
            throw new PulsarClientException.NotSupportedException("its message "
                    + message.pulsar().getMessageId()
                    + " says that it was received over a second after it was stored: the clocks of"
                    + " the brokers differ too much, or a producer made up its mqtt.ts");
        }
    }

    boolean hasHead() {
        return head != null;
    }

    void take() {
        head = null;
    }

    /** All that the partition stored before was seen, but for its head; epoch milliseconds. */
    long seenThroughMillis() {
        return seenThroughMillis;
    }

    /** What follows in the partition was placed there later, but for copies and messages that are out of order; epoch microseconds. */
    long orderedThroughMicros() {
        return orderedThroughMicros;
    }

    private void awaitMore(long nowMillis) {
        if (!cursor.isWaiting()) {
            cursor.await(() -> turns.take(() -> {}));
        }
        if (asking || nowMillis - askedAtMillis < ASK_EVERY_MILLIS) {
            return;
        }
        asking = true;
        askedAtMillis = nowMillis;
        long readBefore = read;
        var unused = cursor.hasMore()
                .orTimeout(10, TimeUnit.SECONDS)
                .whenComplete((more, failure) -> turns.take(() -> answered(nowMillis, readBefore, more)));
    }

    private void answered(long askedAt, long readBefore, @Nullable Boolean more) {
        asking = false;
        boolean hasCome = !cursor.isWaiting();
        if (hasCome || readBefore != read || !Boolean.FALSE.equals(more)) {
            saidNoneAtMillis = 0;
            return;
        }
        if (saidNoneAtMillis > 0) {
            seenThroughMillis = Math.max(seenThroughMillis, saidNoneAtMillis);
            orderedThroughMicros = Math.max(orderedThroughMicros, TimeUnit.MILLISECONDS.toMicros(saidNoneAtMillis));
        }
        saidNoneAtMillis = askedAt;
    }

    void close() {
        cursor.close();
    }
}
