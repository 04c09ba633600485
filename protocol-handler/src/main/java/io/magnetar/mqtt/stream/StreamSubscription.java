package io.magnetar.mqtt.stream;

import io.magnetar.message.Message;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.counters.Counter;
import io.magnetar.mqtt.counters.Drop;
import io.magnetar.mqtt.counters.StreamTraffic;
import io.magnetar.mqtt.flow.LogText;
import io.magnetar.mqtt.flow.ReadAhead;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.owner.Owner;
import io.magnetar.mqtt.publish.OutboundPublishFlow;
import io.magnetar.mqtt.queue.Deliveries.Met;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamReaders.Ended;
import io.magnetar.stream.StreamReaders.Passed;
import io.magnetar.stream.StreamReaders.Read;
import io.magnetar.stream.StreamReaders.StreamListener;
import io.magnetar.stream.StreamReaders.StreamMessage;
import io.magnetar.stream.StreamReaders.StreamReader;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
    private static final Logger LOG = LoggerFactory.getLogger(StreamSubscription.class);

    private final SessionServices services;
    private final Owner owner;
    private final OutboundPublishFlow outbound;
    private final Consumer<StreamFailure> onEnd;

    private final Queue<Read> arrived = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean takesArrived = new AtomicBoolean();
    private final ArrayDeque<Read> waiting = new ArrayDeque<>();
    private final ReadAhead readAhead = new ReadAhead();

    private StreamRequest request;
    private String stream = "";
    private @Nullable StreamTraffic traffic;
    private @Nullable StreamWay way;
    private @Nullable StreamReader reader;
    private @Nullable CompletableFuture<StreamReader> opening;
    private boolean placeLost;
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

    StreamRequest request() {
        return request;
    }

    /** The client has subscribed again, and wants to go on where it is: what follows goes out as it says now. */
    void change(StreamRequest changed) {
        request = request.wanted().range().isBounded() ? changed.inRangeOf(request) : changed;
        if (reader != null) {
            reader.pace(request.pace());
        }
    }

    /** @param name of the stream that it reads */
    void reads(String name) {
        stream = name;
        traffic = services.counters().streams().of(request.client().identity().namespace(), name);
    }

    /** Its reader is being opened. */
    void waitsFor(CompletableFuture<StreamReader> reading) {
        opening = reading;
    }

    /** It needs no reader any more, if it has none yet. */
    void giveUp() {
        if (opening != null) {
            opening.cancel(false);
        }
    }

    /** Begins to deliver. */
    void start(StreamReader opened, StreamWay to) {
        if (closed) {
            opened.close();
            return;
        }
        opening = null;
        reader = opened;
        way = to;
        count(1);
        outbound.add(this);
        opened.pace(request.pace());
        opened.request(readAhead.first());
    }

    void close() {
        if (reader != null && !closed) {
            count(-1);
        }
        closed = true;
        outbound.remove(this);
        waiting.clear();
        if (reader != null) {
            reader.close();
        }
    }

    private void count(int readers) {
        if (traffic != null) {
            traffic.readers(readers);
        }
    }

    @Override
    public void onMessage(StreamMessage message) {
        arrive(message);
    }

    @Override
    public void onPassed(Passed passed) {
        arrive(passed);
    }

    @Override
    public void onEnded(Ended ended) {
        arrive(ended);
    }

    private void arrive(Read read) {
        arrived.add(read);
        if (takesArrived.compareAndSet(false, true)) {
            owner.execute(this::takeArrived);
        }
    }

    private void takeArrived() {
        takesArrived.set(false);
        for (Read read = arrived.poll(); read != null; read = arrived.poll()) {
            if (!closed) {
                if (read instanceof StreamMessage message) {
                    readAhead.arrived(message.message().weight());
                }
                waiting.add(read);
            }
        }
        drain();
    }

    @Override
    public void onPlaceLost(int partition) {
        owner.execute(() -> {
            services.counters().count(Counter.STREAM_PLACES_LOST);
            if (!placeLost) {
                placeLost = true;
                LOG.warn(
                        "A durable session is further behind than a stream keeps messages, and may have missed some: client {},"
                                + " subscription {}",
                        LogText.quoted(
                                String.valueOf(request.client().identity().clientId())),
                        LogText.quoted(request.written().filter()));
            }
        });
    }

    @Override
    public void onMissed(int partition) {
        services.counters().drop(Drop.RETENTION, request.client().identity().namespace());
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
        StreamWay to = way;
        if (to == null) {
            return;
        }
        long nowMillis = services.clock().millis();
        while (!closed && !waiting.isEmpty()) {
            Read next = waiting.peek();
            if (!leaves(next, to, nowMillis)) {
                break;
            }
            if (closed) {
                return; // Sending it has ended the connection.
            }
            waiting.poll();
            to.passed(next.partition(), next.position());
            if (next instanceof StreamMessage) {
                readAhead.left();
            }
        }
        int more = readAhead.more();
        if (more > 0 && reader != null && !closed) {
            reader.request(more);
        }
    }

    /** @return false when there is no room for it now */
    private boolean leaves(Read next, StreamWay to, long nowMillis) {
        if (next instanceof StreamMessage message) {
            return pass(message, to, nowMillis);
        }
        return !(next instanceof Ended) || mark(to, TimeUnit.MILLISECONDS.toMicros(nowMillis));
    }

    /** Tells the client that its range has ended. @return false when there is no room for it now */
    private boolean mark(StreamWay to, long nowMicros) {
        StreamMessage marker = EndMarker.of(request, stream, to.sent(), nowMicros);
        Met met = to.meet(marker, marker.message(), request.form());
        return met == Met.NEW ? to.send(marker, marker.message(), request.qos(), request.form()) : met == Met.TAKEN;
    }

    /** @return false when there is no room for it now */
    private boolean pass(StreamMessage next, StreamWay to, long nowMillis) {
        Message message = next.message();
        Message delivered = request.delivered(next, stream);
        Met met = to.meet(next, delivered, request.form());
        if (met != Met.NEW) {
            return met == Met.TAKEN;
        }
        if (message.properties().expiresAtMillis() <= nowMillis) {
            services.counters().drop(Drop.EXPIRED, message.publisher().namespace());
            return true;
        }
        Qos qos = message.qos().min(request.qos());
        if (request.excludes(message)) {
            return true;
        }
        boolean left = to.send(next, delivered, qos, request.form());
        if (left && traffic != null) {
            traffic.sent(message.payload().length);
        }
        return left;
    }
}
