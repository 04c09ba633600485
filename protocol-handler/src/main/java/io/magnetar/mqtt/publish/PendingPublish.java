package io.magnetar.mqtt.publish;

import io.magnetar.message.Qos;
import io.magnetar.mqtt.codec.SharedPublish;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.routing.Match;
import io.magnetar.stream.StreamAppender.AppendListener;
import io.magnetar.stream.StreamFailure;
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
    private final Match match;
    private final int packetId;
    private final @Nullable Refusal refusal;
    private volatile int waitingFor;
    private volatile @Nullable StreamFailure failure;
    private boolean settled;

    /** @param logs how many logs are to answer by {@link #appended} */
    PendingPublish(InboundPublishFlow flow, SharedPublish publish, Match match, int packetId, int logs) {
        this(flow, publish, match, packetId, logs, null);
    }

    /** @param refusal why it is not taken, though its answer waits for its turn like any other */
    PendingPublish(InboundPublishFlow flow, SharedPublish publish, int packetId, Refusal refusal) {
        this(flow, publish, Match.NOBODY, packetId, 0, refusal);
    }

    private PendingPublish(
            InboundPublishFlow flow,
            SharedPublish publish,
            Match match,
            int packetId,
            int logs,
            @Nullable Refusal refusal) {
        this.flow = flow;
        this.publish = publish;
        this.match = match;
        this.packetId = packetId;
        this.refusal = refusal;
        this.waitingFor = logs;
        this.settled = waitingFor == 0;
    }

    @Override
    public void appended(@Nullable StreamFailure outcome) {
        if (outcome != null) {
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

    boolean isSettled() {
        return settled;
    }

    Qos qos() {
        return publish.message().qos();
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
        return match.isEmpty() ? ReasonCode.NO_MATCHING_SUBSCRIBERS : ReasonCode.SUCCESS;
    }

    boolean deliver() {
        return match.deliver(publish);
    }
}
