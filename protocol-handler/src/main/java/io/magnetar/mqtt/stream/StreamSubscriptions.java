package io.magnetar.mqtt.stream;

import io.magnetar.message.Publisher;
import io.magnetar.mqtt.flow.PacketSink;
import io.magnetar.mqtt.flow.ReasonCodes;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.owner.Owner;
import io.magnetar.mqtt.packet.ProtocolVersion;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.packet.Subscribe;
import io.magnetar.mqtt.publish.OutboundPublishFlow;
import io.magnetar.stream.NamespaceStreams;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamReaders.StreamFailureException;
import io.magnetar.stream.StreamReaders.StreamReader;
import io.magnetar.stream.StreamSubscriptionSyntax;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A client's stream subscriptions, by the filters that it wrote, whatever their offsets.
 *
 * <p>Subscribing again, with the same offset or another, begins again there. A stream that is deleted while it is read is waited for:
 * when one that covers the filter is there again, it is read from the offset asked for.
 *
 * <p>Thread: the connection's owner.
 */
public final class StreamSubscriptions {
    private static final long REOPEN_MILLIS = 1_000;
    private static final int MAX_OPENS_UNDER_WAY = 16;

    private final SessionServices services;
    private final PacketSink sink;
    private final Owner owner;
    private final Publisher subscriber;
    private final ProtocolVersion version;
    private final OutboundPublishFlow outbound;
    private final Map<String, StreamSubscription> subscriptions = new HashMap<>();
    /** The last one of each filter whose reader is being opened. */
    private final Map<String, StreamSubscription> opening = new HashMap<>();

    private int opensUnderWay;

    public StreamSubscriptions(
            SessionServices services,
            PacketSink sink,
            Owner owner,
            Publisher subscriber,
            ProtocolVersion version,
            OutboundPublishFlow outbound) {
        this.services = services;
        this.sink = sink;
        this.owner = owner;
        this.subscriber = subscriber;
        this.version = version;
        this.outbound = outbound;
    }

    public int size() {
        return subscriptions.size() + opening.size();
    }

    public boolean contains(String filter) {
        String key = StreamSubscriptionSyntax.withoutOffset(filter);
        return subscriptions.containsKey(key) || opening.containsKey(key);
    }

    /**
     * Subscribes.
     *
     * @param answer told once, at the owner, the code for SUBACK and, when it is an error, the reason
     */
    public void subscribe(
            Subscribe.Request request, int subscriptionId, BiConsumer<ReasonCode, @Nullable String> answer) {
        long nowMicros = TimeUnit.MILLISECONDS.toMicros(services.clock().millis());
        StreamSubscriptionSyntax.Parsed parsed =
                StreamSubscriptionSyntax.parse(request.filter(), request.streamOffset(), nowMicros);
        if (parsed instanceof StreamSubscriptionSyntax.Refused refused) {
            answer.accept(ReasonCode.TOPIC_FILTER_INVALID, refused.reason());
            return;
        }
        StreamSubscriptionSyntax.Valid valid = (StreamSubscriptionSyntax.Valid) parsed;
        NamespaceStreams streams = services.streams().of(subscriber.namespace());
        Optional<StreamDefinition> stream = valid.stream().in(streams);
        if (stream.isEmpty()) {
            answer.accept(ReasonCode.TOPIC_FILTER_INVALID, valid.stream().whyNone(streams));
            return;
        }
        String key = StreamSubscriptionSyntax.withoutOffset(request.filter());
        open(key, stream.get(), requestOf(valid, request, subscriptionId), failure -> {
            if (failure == null) {
                answer.accept(ReasonCode.granted(request.qos()), null);
            } else {
                answer.accept(ReasonCodes.of(failure.kind()), failure.reason());
            }
        });
    }

    private StreamRequest requestOf(
            StreamSubscriptionSyntax.Valid valid, Subscribe.Request request, int subscriptionId) {
        return new StreamRequest(
                subscriber,
                valid.stream(),
                valid.start(),
                request.qos(),
                request.noLocal(),
                request.retainAsPublished(),
                subscriptionId == Subscribe.NO_ID ? new int[0] : new int[] {subscriptionId},
                version.isMqtt5());
    }

    private interface Opened {
        void opened(@Nullable StreamFailure failure);
    }

    /** Opens a reader; what was subscribed to with the same filter goes on until it is open, and also when it fails. */
    private void open(String filter, StreamDefinition stream, StreamRequest request, Opened opened) {
        if (opensUnderWay >= MAX_OPENS_UNDER_WAY) {
            opened.opened(new StreamFailure(
                    StreamFailure.Kind.QUOTA_EXCEEDED,
                    "a client opens at most " + MAX_OPENS_UNDER_WAY + " streams at a time"));
            return;
        }
        opensUnderWay++;
        StreamSubscription subscription = new StreamSubscription(
                services, owner, outbound, request, failure -> onFailed(filter, request, failure));
        opening.put(filter, subscription);
        var unused = services.readers()
                .open(stream, request.start(), request.stream().filterOf(stream), subscription)
                .whenComplete((reader, thrown) -> owner.execute(() -> {
                    opensUnderWay--;
                    opened.opened(reader == null ? failureOf(thrown) : start(filter, subscription, reader));
                    opening.remove(filter, subscription);
                }));
    }

    private @Nullable StreamFailure start(String filter, StreamSubscription subscription, StreamReader reader) {
        if (!subscription.equals(opening.get(filter))) {
            reader.close();
            return new StreamFailure(
                    StreamFailure.Kind.GONE, "the filter was unsubscribed, or subscribed to again, in the meantime");
        }
        StreamSubscription replaced = subscriptions.put(filter, subscription);
        if (replaced != null) {
            replaced.close();
        }
        subscription.start(reader);
        return null;
    }

    private static StreamFailure failureOf(@Nullable Throwable thrown) {
        Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
        return cause instanceof StreamFailureException failed
                ? failed.failure()
                : new StreamFailure(StreamFailure.Kind.UNAVAILABLE, "the stream cannot be read now");
    }

    private void onFailed(String filter, StreamRequest request, StreamFailure failure) {
        StreamSubscription failed = subscriptions.get(filter);
        if (failed != null && failure.kind() == StreamFailure.Kind.GONE) {
            reopenLater(filter, request, failed);
        } else {
            sink.disconnect(ReasonCodes.of(failure.kind()), failure.reason());
        }
    }

    private void reopenLater(String filter, StreamRequest request, StreamSubscription failed) {
        owner.schedule(() -> reopen(filter, request, failed), REOPEN_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Tries again, unless the client has unsubscribed or subscribed again since. */
    private void reopen(String filter, StreamRequest request, StreamSubscription failed) {
        if (!failed.equals(subscriptions.get(filter)) || opening.containsKey(filter)) {
            return;
        }
        Optional<StreamDefinition> stream =
                request.stream().in(services.streams().of(subscriber.namespace()));
        if (stream.isEmpty()) {
            reopenLater(filter, request, failed);
            return;
        }
        open(filter, stream.get(), request, failure -> {
            if (failure != null) {
                reopenLater(filter, request, failed);
            }
        });
    }

    /** @return whether there was such a subscription */
    public boolean unsubscribe(String filter) {
        String key = StreamSubscriptionSyntax.withoutOffset(filter);
        StreamSubscription pending = opening.remove(key);
        StreamSubscription subscription = subscriptions.remove(key);
        if (subscription != null) {
            subscription.close();
        }
        return pending != null || subscription != null;
    }

    /** The connection has ended. */
    public void end() {
        subscriptions.values().forEach(StreamSubscription::close);
        subscriptions.clear();
        opening.clear();
    }
}
