package io.magnetar.mqtt.publish;

import io.magnetar.message.Message;
import io.magnetar.message.PublishMark;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.codec.SharedPublish;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.retain.RetainedStore;
import io.magnetar.stream.StreamAppender;
import io.magnetar.stream.StreamAppender.AppendListener;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamFailure;
import java.util.Set;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * A publish that is not answered yet: it waits for its logs, or for the publishes before it.
 *
 * <p>Thread: the connection's owner, but for {@link #appended}, which may come on any thread and hands over to the owner.
 */
final class PendingPublish implements AppendListener, Runnable {
    private static final AtomicIntegerFieldUpdater<PendingPublish> WAITING_FOR =
            AtomicIntegerFieldUpdater.newUpdater(PendingPublish.class, "waitingFor");

    private final InboundPublishFlow flow;
    private final SharedPublish publish;
    private final Destination destination;
    private final int packetId;
    private final @Nullable Refusal refusal;
    /** The logs that have a marked one; null for others. */
    private final @Nullable LogsThatHaveIt confirmed;

    private volatile int waitingFor;
    private volatile @Nullable StreamFailure failure;
    private boolean settled;
    private @Nullable Runnable behind;

    /** @param refusal why it is not taken, though its answer waits for its turn like any other; or null */
    PendingPublish(
            InboundPublishFlow flow,
            SharedPublish publish,
            Destination destination,
            int packetId,
            @Nullable Refusal refusal) {
        this.flow = flow;
        this.publish = publish;
        this.destination = destination;
        this.packetId = packetId;
        this.refusal = refusal;
        this.confirmed = publish.message().mark() == null ? null : new LogsThatHaveIt();
        this.waitingFor = destination.confirmations();
        this.settled = waitingFor == 0;
    }

    /** Gives it to its logs. A marked one notes which of them have it. */
    void append(StreamAppender appender, RetainedStore retained) {
        for (StreamDefinition log : destination.logs()) {
            appender.append(log, publish.message(), confirmed == null ? this : noting(confirmed, log));
        }
        if (destination.retained()) {
            retained.append(publish.message(), this);
        }
    }

    private AppendListener noting(LogsThatHaveIt logs, StreamDefinition log) {
        return outcome -> {
            logs.answered(log, outcome);
            appended(outcome);
        };
    }

    /** A stream that was deleted on the way wanted it no longer, and one that is being filled has it from elsewhere. */
    @Override
    public void appended(@Nullable StreamFailure outcome) {
        if (outcome != null && outcome.isFailure()) {
            failure = outcome;
        }
        if (WAITING_FOR.decrementAndGet(this) == 0) {
            flow.owner().execute(this);
        }
    }

    /** Runs at the owner when all logs have answered. */
    @Override
    public void run() {
        settled = true;
        flow.settled(this);
    }

    /** What is to be done behind its answer. */
    void whenAnswered(Runnable then) {
        Runnable before = behind;
        behind = before == null
                ? then
                : () -> {
                    before.run();
                    then.run();
                };
    }

    /** Its answer has left, or never will. */
    void answered() {
        if (behind != null) {
            behind.run();
        }
    }

    boolean isSettled() {
        return settled;
    }

    Message message() {
        return publish.message();
    }

    Qos qos() {
        return publish.message().qos();
    }

    @Nullable
    PublishMark mark() {
        return publish.message().mark();
    }

    /** The Pulsar topics of the logs that have a marked one. */
    Set<String> confirmed() {
        return confirmed == null ? Set.of() : confirmed.pulsarTopics();
    }

    long receivedMillis() {
        return publish.message().timestampMicros() / 1_000;
    }

    int packetId() {
        return packetId;
    }

    /** What it holds of the memory that a client may fill, in bytes. */
    int weight() {
        return publish.message().weight();
    }

    @Nullable
    StreamFailure failure() {
        return failure;
    }

    @Nullable
    Refusal refusal() {
        return refusal;
    }

    /** The code of the answer when nothing failed. */
    ReasonCode successCode() {
        return destination.match().isEmpty() ? ReasonCode.NO_MATCHING_SUBSCRIBERS : ReasonCode.SUCCESS;
    }

    boolean deliver() {
        return destination.match().deliver(publish);
    }
}
