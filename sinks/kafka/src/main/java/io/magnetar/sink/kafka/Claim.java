package io.magnetar.sink.kafka;

import io.magnetar.sink.message.Position;
import java.io.Serial;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The right to write the messages of a Pulsar partition: that of the producer which was the last to ask for the partition's
 * transactional identifier. Kafka undoes what the one before it had open, and refuses that one from then on. An instance
 * asks once; later failures are settled with the same producer, so that none can take the partition back from its successor.
 *
 * <p>Thread: one at a time; it blocks, up to the timeouts of Kafka's client.
 */
final class Claim implements AutoCloseable {
    private final Producer<byte[], byte[]> producer;
    private final PositionLog positions;
    private final String pulsarTopic;
    private final Targets targets;
    private boolean held;
    private boolean broken;
    /** A transaction has begun, and whether it was committed or aborted is not known. */
    private boolean open;
    /** The last position of a transaction whose commit Kafka has not answered. */
    private @Nullable Position committing;

    private boolean known;
    private @Nullable Position done;

    /** Kafka will never take one of the records; nothing of the transaction will be there. */
    static final class RefusedException extends Exception {
        @Serial
        private static final long serialVersionUID = 1;

        RefusedException(Throwable reason) {
            super(KafkaFailure.reason(reason), null, false, false);
        }
    }

    Claim(Producer<byte[], byte[]> producer, PositionLog positions, String pulsarTopic, Targets targets) {
        this.producer = producer;
        this.positions = positions;
        this.pulsarTopic = pulsarTopic;
        this.targets = targets;
    }

    /** Whether the producer can do nothing more. */
    boolean isBroken() {
        return broken;
    }

    /**
     * Up to where the messages of the partition are in Kafka; null when none is. Settles first what an earlier failure left
     * open, and fails like Kafka's client when it cannot; the next call goes on there.
     */
    @Nullable
    Position done() {
        if (!held) {
            orBreak(producer::initTransactions);
            held = true;
        }
        Position undecided = committing;
        if (undecided != null) {
            settle(undecided);
        }
        if (open) {
            orBreak(producer::abortTransaction);
            open = false;
            known = false;
        }
        if (!known) {
            done = positions.read(pulsarTopic);
            known = true;
        }
        return done;
    }

    private void settle(Position undecided) {
        try {
            commit(undecided);
        } catch (TimeoutException | InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            // It cannot be committed any more: it is aborted next, which fails as well when there is a successor.
            committing = null;
        }
    }

    /** A call that has timed out may be made again; after another failure of these two the producer has no way out. */
    private void orBreak(Runnable call) {
        try {
            call.run();
        } catch (TimeoutException | InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            broken = true;
            throw e;
        }
    }

    /** Writes records and their last position, all of them or none; after {@link #done()}. */
    void write(List<ProducerRecord<byte[], byte[]>> records, Position last)
            throws RefusedException, InterruptedException {
        for (ProducerRecord<byte[], byte[]> record : records) {
            NoSuchTarget refusal = targets.refusal(producer, record);
            if (refusal != null) {
                throw new RefusedException(refusal);
            }
        }
        // Which record it was cannot be told: Kafka's client gives the reason to all that it aborts for it.
        AtomicReference<@Nullable Exception> refusal = new AtomicReference<>();
        try {
            open = true;
            producer.beginTransaction();
            for (ProducerRecord<byte[], byte[]> record : records) {
                send(record, refusal);
            }
            send(positions.record(pulsarTopic, last), refusal);
            commit(last);
        } catch (KafkaException e) {
            Exception refused = refusal.get();
            if (refused != null) {
                throw new RefusedException(refused);
            }
            throw e;
        }
    }

    /** Fails when the record cannot be handed over; what comes of it later, the commit says. */
    @SuppressWarnings("FutureReturnValueIgnored") // the callback hears of it
    private void send(ProducerRecord<byte[], byte[]> record, AtomicReference<@Nullable Exception> refusal)
            throws InterruptedException {
        Thread sending = Thread.currentThread();
        AtomicReference<@Nullable Exception> atOnce = new AtomicReference<>();
        producer.send(record, (metadata, failure) -> {
            if (failure == null) {
                return;
            }
            Exception reason = targets.denied(record.topic(), failure);
            if (KafkaFailure.isOfRecord(reason)) {
                refusal.set(reason);
            } else if (Thread.currentThread() == sending) {
                atOnce.set(reason);
            }
        });
        Exception failure = atOnce.get();
        if (failure != null) {
            Exception reason = targets.explain(record.topic(), failure);
            if (KafkaFailure.isOfRecord(reason)) {
                refusal.set(reason);
            }
            throw new KafkaException(reason);
        }
    }

    private void commit(Position last) {
        committing = last;
        try {
            producer.commitTransaction();
        } catch (TimeoutException | InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            committing = null;
            throw e;
        }
        committing = null;
        open = false;
        done = last;
    }

    @Override
    public void close() {
        producer.close(Duration.ZERO);
    }
}
