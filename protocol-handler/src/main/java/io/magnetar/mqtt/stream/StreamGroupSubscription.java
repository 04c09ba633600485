package io.magnetar.mqtt.stream;

import io.magnetar.message.Message;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.codec.SharedPublish;
import io.magnetar.mqtt.counters.Counter;
import io.magnetar.mqtt.counters.Drop;
import io.magnetar.mqtt.counters.StreamTraffic;
import io.magnetar.mqtt.flow.ReadAhead;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.owner.Owner;
import io.magnetar.mqtt.publish.OutboundPublishFlow;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamGroups.GroupListener;
import io.magnetar.stream.StreamGroups.GroupMessage;
import io.magnetar.stream.StreamGroups.Membership;
import io.magnetar.stream.StreamReaders.StreamMessage;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One client's part in a group that shares a stream, pulled by the client. The log hears of a message when the client has
 * acknowledged it; at QoS 0, when it was sent.
 *
 * <p>Thread: the connection's owner, but for the {@link GroupListener} methods, which hand over to the owner.
 */
final class StreamGroupSubscription implements GroupListener, OutboundPublishFlow.Backlog {
    private static final long LEAVE_MILLIS = 10_000;

    private final SessionServices services;
    private final Owner owner;
    private final OutboundPublishFlow outbound;
    private final Consumer<StreamFailure> onEnd;

    private final Queue<GroupMessage> arrived = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean takesArrived = new AtomicBoolean();
    private final ArrayDeque<GroupMessage> waiting = new ArrayDeque<>();
    private final ReadAhead readAhead = new ReadAhead();

    private StreamRequest request;
    private String stream = "";
    private @Nullable StreamTraffic traffic;
    private @Nullable Membership membership;
    /** How many messages the client has and has not acknowledged. */
    private int onLoan;

    private boolean leaving;
    private boolean closed;

    /** @param onEnd told at the owner when the membership has ended by itself */
    StreamGroupSubscription(
            SessionServices services,
            Owner owner,
            OutboundPublishFlow outbound,
            StreamRequest request,
            Consumer<StreamFailure> onEnd) {
        this.services = services;
        this.owner = owner;
        this.outbound = outbound;
        this.request = request;
        this.onEnd = onEnd;
    }

    StreamRequest request() {
        return request;
    }

    /** The client has subscribed again: what follows goes out as it says now. */
    void change(StreamRequest changed) {
        request = changed;
    }

    /** @param name of the stream that the group shares */
    void start(Membership joined, String name) {
        if (closed) {
            joined.leave();
            return;
        }
        stream = name;
        membership = joined;
        traffic = services.counters().streams().of(request.client().identity().namespace(), name);
        traffic.members(1);
        outbound.add(this);
        joined.request(readAhead.first());
    }

    /** The client wants no more: the membership ends when what it has is acknowledged, or after a while. */
    void leave() {
        if (onLoan == 0) {
            close();
            return;
        }
        leaving = true;
        waiting.clear();
        owner.schedule(this::close, LEAVE_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Leaves the group at once. What the client has not acknowledged goes to others too. */
    void close() {
        if (traffic != null && !closed) {
            traffic.members(-1);
        }
        closed = true;
        outbound.remove(this);
        waiting.clear();
        if (membership != null) {
            membership.leave();
        }
    }

    @Override
    public void onMessage(GroupMessage message) {
        arrived.add(message);
        if (takesArrived.compareAndSet(false, true)) {
            owner.execute(this::takeArrived);
        }
    }

    private void takeArrived() {
        takesArrived.set(false);
        for (GroupMessage next = arrived.poll(); next != null; next = arrived.poll()) {
            if (!closed && !leaving) {
                readAhead.arrived(next.read().message().weight());
                waiting.add(next);
            }
        }
        drain();
    }

    @Override
    public void onFailed(StreamFailure failure) {
        owner.execute(() -> {
            if (!closed) {
                close();
                onEnd.accept(failure);
            }
        });
    }

    /** Sends what waits, as far as the client has room, and asks the group for as much again. */
    @Override
    public void drain() {
        if (closed || leaving || membership == null) {
            return;
        }
        long nowMillis = services.clock().millis();
        while (!closed && !waiting.isEmpty() && pass(waiting.peek(), nowMillis)) {
            waiting.poll();
            readAhead.left();
        }
        int more = readAhead.more();
        if (more > 0 && !closed) {
            membership.request(more);
        }
    }

    /** @return false when there is no room for it now */
    private boolean pass(GroupMessage next, long nowMillis) {
        StreamMessage read = next.read();
        if (read.message().properties().expiresAtMillis() <= nowMillis) {
            services.counters().drop(Drop.EXPIRED, read.message().publisher().namespace());
            next.acknowledge().run();
            return true;
        }
        Message message = request.delivered(read, stream);
        Qos qos = message.qos().min(request.qos());
        if (!outbound.canSend(qos)) {
            return false;
        }
        onLoan += qos == Qos.AT_MOST_ONCE ? 0 : 1;
        outbound.lend(
                message,
                qos,
                message.retain() && request.form().retainAsPublished(),
                request.form().subscriptionIds(),
                new Loan(next.acknowledge()));
        if (qos == Qos.AT_MOST_ONCE) {
            next.acknowledge().run();
        }
        services.counters().count(Counter.STREAM_MESSAGES_DELIVERED);
        if (traffic != null) {
            traffic.sent(message.payload().length);
        }
        return true;
    }

    /** A message that the client has until it acknowledges it. */
    private final class Loan implements OutboundPublishFlow.Lender {
        private final Runnable acknowledge;

        Loan(Runnable acknowledge) {
            this.acknowledge = acknowledge;
        }

        @Override
        public void settled() {
            onLoan--;
            acknowledge.run();
            if (leaving && onLoan == 0) {
                close();
            }
        }

        @Override
        public void giveBack(SharedPublish publish) {
            services.counters().count(Counter.STREAM_GROUP_MESSAGES_GIVEN_BACK);
            close();
        }
    }
}
