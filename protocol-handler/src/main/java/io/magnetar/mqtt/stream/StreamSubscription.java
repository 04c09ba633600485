package io.magnetar.mqtt.stream;

import io.magnetar.message.Message;
import io.magnetar.message.Qos;
import io.magnetar.message.UserProperty;
import io.magnetar.mqtt.counters.Counter;
import io.magnetar.mqtt.counters.Drop;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.owner.Owner;
import io.magnetar.mqtt.publish.OutboundPublishFlow;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamReaders.StreamListener;
import io.magnetar.stream.StreamReaders.StreamMessage;
import io.magnetar.stream.StreamReaders.StreamReader;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One client's replay of one stream, pulled by the client: no room at the client, no reads from the log.
 *
 * <pre>
 *   reader --(any thread)--> arrived --(owner)--> waiting --(room at the client)--> PUBLISH
 *      ^------------------------- request as messages leave ----------------------------|
 * </pre>
 *
 * <p>Thread: the connection's owner, but for the {@link StreamListener} methods, which hand over to the owner.
 */
final class StreamSubscription implements StreamListener, OutboundPublishFlow.Backlog {
    private final SessionServices services;
    private final Owner owner;
    private final OutboundPublishFlow outbound;
    private final StreamRequest request;
    private final Consumer<StreamFailure> onEnd;

    private final Queue<StreamMessage> arrived = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean takesArrived = new AtomicBoolean();
    private final ArrayDeque<StreamMessage> waiting = new ArrayDeque<>();
    private final ReadAhead readAhead = new ReadAhead();

    private @Nullable StreamReader reader;
    private boolean closed;

    /** @param onEnd told at the owner when the reader has failed */
    StreamSubscription(
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

    /** Begins to deliver. */
    void start(StreamReader opened) {
        if (closed) {
            opened.close();
            return;
        }
        reader = opened;
        outbound.add(this);
        opened.request(readAhead.first());
    }

    void close() {
        closed = true;
        outbound.remove(this);
        waiting.clear();
        if (reader != null) {
            reader.close();
        }
    }

    @Override
    public void onMessage(StreamMessage message) {
        arrived.add(message);
        if (takesArrived.compareAndSet(false, true)) {
            owner.execute(this::takeArrived);
        }
    }

    private void takeArrived() {
        takesArrived.set(false);
        for (StreamMessage message = arrived.poll(); message != null; message = arrived.poll()) {
            if (!closed) {
                readAhead.arrived(message.message().weight());
                waiting.add(message);
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

    /** Sends what waits, as far as the client has room, and asks the reader for as much again. */
    @Override
    public void drain() {
        long nowMillis = services.clock().millis();
        while (!waiting.isEmpty()) {
            StreamMessage next = waiting.peek();
            Message message = next.message();
            Qos qos = message.qos().min(request.qos());
            if (!outbound.canSend(qos)) {
                break;
            }
            waiting.poll();
            readAhead.left();
            if (message.properties().expiresAtMillis() <= nowMillis) {
                services.counters().drop(Drop.EXPIRED, message.publisher().namespace());
            } else if (!request.excludes(message)) {
                send(next, qos);
            }
        }
        int more = readAhead.more();
        if (more > 0 && reader != null && !closed) {
            reader.request(more);
        }
    }

    private void send(StreamMessage next, Qos qos) {
        Message message = next.message();
        Message delivered = request.withProperties() ? message.withUserProperties(added(next)) : message;
        outbound.send(delivered, qos, message.retain() && request.retainAsPublished(), request.subscriptionIds());
        services.counters().count(Counter.STREAM_MESSAGES_DELIVERED);
    }

    private static List<UserProperty> added(StreamMessage next) {
        UserProperty timestamp =
                new UserProperty("ts", Long.toString(next.message().timestampMicros()));
        return next.key() == null ? List.of(timestamp) : List.of(timestamp, new UserProperty("key", next.key()));
    }
}
