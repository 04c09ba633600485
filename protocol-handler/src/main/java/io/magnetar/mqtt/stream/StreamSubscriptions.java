package io.magnetar.mqtt.stream;

import io.magnetar.mqtt.flow.Failures;
import io.magnetar.mqtt.flow.PacketSink;
import io.magnetar.mqtt.flow.ReasonCodes;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.owner.Owner;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.packet.Subscribe;
import io.magnetar.mqtt.publish.OutboundPublishFlow;
import io.magnetar.stream.EndPosition;
import io.magnetar.stream.NamespaceStreams;
import io.magnetar.stream.ReplayRange;
import io.magnetar.stream.StartPosition;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamReaders.StreamFailureException;
import io.magnetar.stream.StreamReaders.StreamReader;
import io.magnetar.stream.StreamSubscriptionSyntax;
import io.magnetar.topic.TopicFilter;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A client's stream subscriptions, by the filters that it wrote, whatever their offsets.
 *
 * <p>Subscribing again with another offset goes there, with the same one it goes on. A stream that is deleted while it is read is
 * waited for: when one that covers the filter is there again, it is read from the offset asked for; by a durable session, which has
 * had all of the old one, from its first message.
 *
 * <p>Thread: the connection's owner.
 */
public final class StreamSubscriptions {
    private static final long REOPEN_MILLIS = 1_000;
    private static final int MAX_OPENS_UNDER_WAY = 16;
    private static final String OVERTAKEN = "the filter was unsubscribed, or subscribed to again, in the meantime";
    private static final String UNSUBSCRIBED = "the filter was unsubscribed in the meantime";

    private final SessionServices services;
    private final PacketSink sink;
    private final Owner owner;
    private final StreamClient client;
    private final OutboundPublishFlow outbound;
    private final @Nullable StreamPlaces places;
    private final Map<String, StreamSubscription> subscriptions = new HashMap<>();
    /** The last one of each filter whose reader is being opened. */
    private final Map<String, StreamSubscription> opening = new HashMap<>();

    private final Map<String, Making> making = new HashMap<>();

    /** Those that are to wait for their stream, until that is recorded. */
    private final Set<String> beginning = new HashSet<>();

    private final StreamsInTheMaking inTheMaking;
    private final StreamRights rights;
    private int opensUnderWay;

    /** @param places of a durable session; null when the session ends with the connection */
    public StreamSubscriptions(
            SessionServices services,
            PacketSink sink,
            Owner owner,
            StreamClient client,
            OutboundPublishFlow outbound,
            @Nullable StreamPlaces places) {
        this.services = services;
        this.sink = sink;
        this.owner = owner;
        this.client = client;
        this.outbound = outbound;
        this.places = places;
        this.inTheMaking = new StreamsInTheMaking(services, owner, client.proved());
        this.rights = new StreamRights(client.access());
    }

    /** How many there are, with those that are still being made. */
    public Set<String> filters() {
        return Set.copyOf(subscriptions.keySet());
    }

    public int size() {
        return subscriptions.size() + opening.size() + beginning.size() + making.size();
    }

    public boolean contains(String filter) {
        return isThere(StreamSubscriptionSyntax.withoutOffset(filter));
    }

    private boolean isThere(String key) {
        return subscriptions.containsKey(key)
                || opening.containsKey(key)
                || beginning.contains(key)
                || making.containsKey(key);
    }

    /**
     * Subscribes.
     *
     * @param answer told once, at the owner, the code for SUBACK and, when it is an error, the reason
     */
    public void subscribe(
            Subscribe.Request written, int subscriptionId, BiConsumer<ReasonCode, @Nullable String> answer) {
        subscribe(written, subscriptionId, true, answer);
    }

    /** @param mayMake whether a stream that is not there may be made */
    private void subscribe(
            Subscribe.Request written,
            int subscriptionId,
            boolean mayMake,
            BiConsumer<ReasonCode, @Nullable String> answer) {
        StreamSubscriptionSyntax.Parsed parsed = parse(written);
        if (parsed instanceof StreamSubscriptionSyntax.Refused refused) {
            answer.accept(ReasonCode.TOPIC_FILTER_INVALID, refused.reason());
            return;
        }
        StreamSubscriptionSyntax.Valid wanted = (StreamSubscriptionSyntax.Valid) parsed;
        Optional<String> problem = StreamRequest.problem(written.stream());
        if (problem.isPresent()) {
            answer.accept(ReasonCode.TOPIC_FILTER_INVALID, problem.get());
            return;
        }
        NamespaceStreams streams = services.streams().of(client.identity().namespace());
        Optional<StreamDefinition> stream = wanted.stream().in(streams);
        StreamRequest request = StreamRequest.of(client, written, subscriptionId, wanted);
        String key = StreamSubscriptionSyntax.withoutOffset(written.filter());
        if (stream.isEmpty() && !request.waits()) {
            if (!mayMake || !make(key, request, answer)) {
                answer.accept(ReasonCode.TOPIC_FILTER_INVALID, wanted.stream().whyNone(streams));
            }
            return;
        }
        if (goesOn(request, subscriptions.get(key))
                && (!opening.containsKey(key) || goesOn(request, opening.get(key)))) {
            goOn(key, request, answer);
            return;
        }
        Optional<String> unfit = unfit(request, stream.isEmpty());
        if (unfit.isPresent()) {
            answer.accept(ReasonCode.TOPIC_FILTER_INVALID, unfit.get());
            return;
        }
        if (stream.isEmpty()) {
            waitFor(key, request.ofTheFuture(), answer);
            return;
        }
        open(key, stream.get(), request, null, failure -> {
            if (failure == null) {
                answer.accept(ReasonCode.granted(request.qos()), null);
            } else {
                answer.accept(ReasonCodes.of(failure.kind()), failure.reason());
            }
        });
    }

    /** Has the stream made first. @return false when none is made */
    private boolean make(String key, StreamRequest request, BiConsumer<ReasonCode, @Nullable String> answer) {
        Optional<String> unfit = unfit(request, false);
        if (unfit.isPresent()) {
            answer.accept(ReasonCode.TOPIC_FILTER_INVALID, unfit.get());
            return true;
        }
        Making making = this.making.computeIfAbsent(key, ignored -> new Making());
        making.waiting++;
        boolean made = inTheMaking.make(request.wanted().stream(), failure -> {
            if (!goesOn(key, making)) {
                answer.accept(ReasonCodes.of(StreamFailure.Kind.GONE), UNSUBSCRIBED);
            } else if (failure != null) {
                answer.accept(ReasonCodes.of(failure.kind()), failure.reason());
            } else {
                subscribe(request.written(), request.subscriptionId(), false, answer);
            }
        });
        if (!made) {
            goesOn(key, making);
        }
        return made;
    }

    /** One of those who wait for a stream goes on. @return false when the filter was unsubscribed, or the connection has ended */
    private boolean goesOn(String key, Making waited) {
        waited.waiting--;
        boolean isWanted = waited.equals(making.get(key));
        if (isWanted && waited.waiting == 0) {
            making.remove(key);
        }
        return isWanted;
    }

    /** The subscriptions to one filter that wait until their stream is made. */
    private static final class Making {
        private int waiting;
    }

    /** Why a range cannot be begun. To go on in it is another thing: its end may be past by then. */
    private Optional<String> unfit(StreamRequest request, boolean ofTheFuture) {
        ReplayRange range = request.wanted().range();
        if (!range.isBounded()) {
            return Optional.empty();
        }
        if (ofTheFuture && !(range.to() instanceof EndPosition.Timestamp)) {
            return Optional.of("a stream that is not there yet has no messages to end at: the end of the range '"
                    + request.wanted().offset() + "' is to be a time");
        }
        return range.contradiction(nowMicros())
                .map(reason -> "the range '" + request.wanted().offset() + "' is empty: " + reason)
                .or(() -> EndMarker.problem(request.written().filter()));
    }

    private StreamSubscriptionSyntax.Parsed parse(Subscribe.Request written) {
        return StreamSubscriptionSyntax.parse(written.filter(), written.stream().offset(), nowMicros());
    }

    private long nowMicros() {
        return TimeUnit.MILLISECONDS.toMicros(services.clock().millis());
    }

    /** Begins with a stream that does not exist yet, as soon as it does. */
    private void waitFor(String key, StreamRequest request, BiConsumer<ReasonCode, @Nullable String> answer) {
        ReplayRange range = request.wanted().range();
        StreamPlace place = places == null ? null : places.begin((StartPosition.Resume) range.from(), range.to());
        boolean begins = !isThere(key) && beginning.add(key);
        keep(request, place, (code, reason) -> {
            if (begins && !beginning.remove(key)) {
                answer.accept(ReasonCodes.of(StreamFailure.Kind.GONE), UNSUBSCRIBED);
                return;
            }
            if (!code.isError()) {
                var unused = unsubscribe(key);
                if (places != null && place != null) {
                    places.put(key, place);
                }
                waits(key, request);
            }
            answer.accept(code, reason);
        });
    }

    private void waits(String key, StreamRequest request) {
        StreamSubscription waiting = new StreamSubscription(services, owner, outbound, request, failure -> {});
        subscriptions.put(key, waiting);
        reopen(key, waiting);
    }

    private static boolean goesOn(StreamRequest request, @Nullable StreamSubscription subscription) {
        return subscription != null && request.goesOnFrom(subscription.request());
    }

    /** It stays where it is, with new options, also when its stream is being opened again. */
    private void goOn(String key, StreamRequest request, BiConsumer<ReasonCode, @Nullable String> answer) {
        keep(request, places == null ? null : places.get(key), (code, reason) -> {
            if (!code.isError()) {
                change(subscriptions.get(key), request);
                change(opening.get(key), request);
            }
            answer.accept(code, reason);
        });
    }

    private static void change(@Nullable StreamSubscription subscription, StreamRequest request) {
        if (subscription != null && request.goesOnFrom(subscription.request())) {
            subscription.change(request);
        }
    }

    private void keep(
            StreamRequest request, @Nullable StreamPlace place, BiConsumer<ReasonCode, @Nullable String> answer) {
        if (places == null || place == null) {
            answer.accept(ReasonCode.granted(request.qos()), null);
        } else {
            places.keep(request, place, answer);
        }
    }

    /** Takes up a subscription that the session had before this connection, where it was. */
    public void resume(Subscribe.Request written, int subscriptionId) {
        String key = StreamSubscriptionSyntax.withoutOffset(written.filter());
        StreamPlace place = places == null ? null : places.get(key);
        if (place == null || !(parse(written) instanceof StreamSubscriptionSyntax.Valid wanted)) {
            subscribe(written, subscriptionId, (code, reason) -> {});
            return;
        }
        waits(key, StreamRequest.of(client, written, subscriptionId, wanted));
    }

    private interface Opened {
        void opened(@Nullable StreamFailure failure);
    }

    /**
     * Opens a reader; what was subscribed to with the same filter goes on until it is open, and also when it fails.
     *
     * @param place where to go on; null to begin where the request says
     */
    private void open(
            String filter, StreamDefinition stream, StreamRequest request, @Nullable StreamPlace place, Opened opened) {
        if (opensUnderWay >= MAX_OPENS_UNDER_WAY) {
            opened.opened(new StreamFailure(
                    StreamFailure.Kind.QUOTA_EXCEEDED,
                    "a client opens at most " + MAX_OPENS_UNDER_WAY + " streams at a time"));
            return;
        }
        opensUnderWay++;
        StreamSubscription[] self = new StreamSubscription[1];
        StreamSubscription subscription = new StreamSubscription(
                services, owner, outbound, request, failure -> onFailed(filter, self[0], failure));
        self[0] = subscription;
        StreamSubscription overtaken = opening.put(filter, subscription);
        if (overtaken != null) {
            overtaken.giveUp();
        }
        TopicFilter topics = request.wanted().stream().filterOf(stream);
        rights.check(stream, topics, request.qos(), refusal -> {
            if (refusal == null) {
                openReader(filter, stream, subscription, place, opened);
            } else {
                opensUnderWay--;
                opening.remove(filter, subscription);
                opened.opened(refusal);
            }
        });
    }

    private void openReader(
            String filter,
            StreamDefinition stream,
            StreamSubscription subscription,
            @Nullable StreamPlace place,
            Opened opened) {
        if (!subscription.equals(opening.get(filter))) {
            opensUnderWay--;
            opened.opened(new StreamFailure(StreamFailure.Kind.GONE, OVERTAKEN));
            return;
        }
        StreamRequest request = subscription.request();
        ReplayRange range = place == null ? request.wanted().range() : place.rest();
        CompletableFuture<StreamReader> reading =
                services.readers().open(stream, range, request.wanted().stream().filterOf(stream), subscription);
        subscription.waitsFor(reading);
        var unused = reading.whenComplete((reader, thrown) -> owner.execute(() -> {
            opensUnderWay--;
            if (reader == null) {
                opening.remove(filter, subscription);
                opened.opened(failureOf(thrown));
            } else {
                subscription.reads(stream.name());
                opened(filter, subscription, reader, place, opened);
            }
        }));
    }

    private void opened(
            String filter,
            StreamSubscription subscription,
            StreamReader reader,
            @Nullable StreamPlace place,
            Opened opened) {
        if (places == null || place != null || !subscription.equals(opening.get(filter))) {
            opened.opened(start(filter, subscription, reader, place));
            return;
        }
        StreamPlace begins = places.begin(reader.start(), reader.end());
        places.keep(subscription.request(), begins, (code, reason) -> {
            if (code.isError()) {
                opening.remove(filter, subscription);
                reader.close();
                opened.opened(new StreamFailure(StreamFailure.Kind.UNAVAILABLE, String.valueOf(reason)));
            } else {
                opened.opened(start(filter, subscription, reader, begins));
            }
        });
    }

    private @Nullable StreamFailure start(
            String filter, StreamSubscription subscription, StreamReader reader, @Nullable StreamPlace place) {
        if (!opening.remove(filter, subscription)) {
            reader.close();
            return new StreamFailure(StreamFailure.Kind.GONE, OVERTAKEN);
        }
        StreamSubscription replaced = subscriptions.put(filter, subscription);
        if (replaced != null) {
            replaced.close();
        }
        subscription.start(reader, way(filter, place));
        return null;
    }

    private StreamWay way(String filter, @Nullable StreamPlace place) {
        StreamWay unrecorded = new TransientStreamWay(outbound, services.counters());
        if (places == null || place == null) {
            return unrecorded;
        }
        if (!place.equals(places.get(filter))) {
            places.put(filter, place);
        }
        return places.wayFrom(place, unrecorded);
    }

    private static StreamFailure failureOf(@Nullable Throwable thrown) {
        Throwable cause = Failures.cause(thrown);
        if (cause instanceof CancellationException) {
            return new StreamFailure(StreamFailure.Kind.GONE, OVERTAKEN);
        }
        return cause instanceof StreamFailureException failed
                ? failed.failure()
                : new StreamFailure(StreamFailure.Kind.UNAVAILABLE, "the stream cannot be read now");
    }

    private void onFailed(String filter, StreamSubscription failed, StreamFailure failure) {
        if (!failed.equals(subscriptions.get(filter))) {
            return;
        }
        if (failure.kind() != StreamFailure.Kind.GONE) {
            sink.disconnect(ReasonCodes.of(failure.kind()), failure.reason());
            return;
        }
        StreamPlace place = places == null ? null : places.get(filter);
        if (places != null && place != null) {
            places.restart(place);
        }
        reopenLater(filter, failed);
    }

    private void reopenLater(String filter, StreamSubscription waits) {
        owner.schedule(() -> reopen(filter, waits), REOPEN_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Tries again, unless the client has unsubscribed or subscribed again since. */
    private void reopen(String filter, StreamSubscription waits) {
        if (!waits.equals(subscriptions.get(filter))) {
            return;
        }
        StreamPlace place = places == null ? null : places.get(filter);
        if (place != null && place.isOver()) {
            return;
        }
        StreamRequest request = waits.request();
        Optional<StreamDefinition> stream = request.wanted().stream()
                .in(services.streams().of(client.identity().namespace()));
        if (stream.isEmpty() || opening.containsKey(filter)) {
            reopenLater(filter, waits);
            return;
        }
        open(filter, stream.get(), request, place, failure -> {
            if (failure != null) {
                reopenLater(filter, waits);
            }
        });
    }

    /** @return whether there was such a subscription */
    public boolean unsubscribe(String filter) {
        String key = StreamSubscriptionSyntax.withoutOffset(filter);
        StreamSubscription pending = opening.remove(key);
        if (pending != null) {
            pending.giveUp();
        }
        StreamSubscription subscription = subscriptions.remove(key);
        if (subscription != null) {
            subscription.close();
        }
        if (places != null) {
            places.remove(key);
        }
        boolean begins = beginning.remove(key);
        boolean isMade = making.remove(key) != null;
        return begins || isMade || pending != null || subscription != null;
    }

    /** The connection has ended; places stay as they are, for the record. */
    public void end() {
        subscriptions.values().forEach(StreamSubscription::close);
        making.clear();
        subscriptions.clear();
        opening.values().forEach(StreamSubscription::giveUp);
        opening.clear();
    }
}
