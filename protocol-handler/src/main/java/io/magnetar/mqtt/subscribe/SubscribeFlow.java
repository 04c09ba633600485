package io.magnetar.mqtt.subscribe;

import io.magnetar.mqtt.access.Decision;
import io.magnetar.mqtt.codec.PacketException;
import io.magnetar.mqtt.counters.Counter;
import io.magnetar.mqtt.flow.PacketSink;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.packet.Subscribe;
import io.magnetar.mqtt.packet.Unsubscribe;
import io.magnetar.mqtt.quota.NamespaceQuota;
import io.magnetar.mqtt.record.SubscriptionRecord;
import io.magnetar.mqtt.routing.LiveSubscriber;
import io.magnetar.mqtt.routing.RoutingTable;
import io.magnetar.mqtt.routing.Target;
import io.magnetar.mqtt.share.SharedFilter;
import io.magnetar.mqtt.share.SharedStreamFilter;
import io.magnetar.mqtt.share.SharedSubscriptions;
import io.magnetar.mqtt.stream.StreamGroupSubscriptions;
import io.magnetar.mqtt.stream.StreamSubscriptions;
import io.magnetar.stream.StreamSubscriptionSyntax;
import io.magnetar.topic.TopicFilter;
import io.magnetar.topic.TopicNames;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * SUBSCRIBE and UNSUBSCRIBE, MQTT 5.0 sections 3.8 to 3.11. Each filter of a packet gets a code of its own, in their order
 * [MQTT-3.8.4-6], and the truth: a stream that does not exist is a failure. A packet whose identifier is in use changes nothing, see
 * {@link RequestIds}.
 *
 * <p>Thread: the connection's owner.
 */
public final class SubscribeFlow {
    private final SessionServices services;
    private final PacketSink sink;
    private final LiveSubscriber subscriber;
    private final RoutingTable routing;
    private final StreamSubscriptions streams;
    private final RetainedDeliveries retained;
    private final StreamGroupSubscriptions streamGroups;
    private final SharedSubscriptions shared;
    private final @Nullable DurableSubscriptions durable;
    private final RequestIds packetIds;
    private final WaitingFilters waiting;
    private final SubscriptionPlaces places;
    private final Map<TopicFilter, Ordinary> filters = new HashMap<>();

    /** An ordinary subscription from its first SUBSCRIBE until it is ended. */
    private static final class Ordinary {
        /** How many of its SUBSCRIBEs are being recorded. */
        int pending;

        boolean kept;
    }

    /** The kinds of subscriptions, and what is sent because of them, that are more than a route. */
    public record Kinds(
            StreamSubscriptions streams,
            StreamGroupSubscriptions streamGroups,
            SharedSubscriptions shared,
            RetainedDeliveries retained) {}

    /**
     * @param usedByPublish tells the packet identifiers of the client's publishes that are under way
     * @param durable keeps the subscriptions; null when they end with the connection
     * @param quota what the client's namespace may have
     */
    public SubscribeFlow(
            SessionServices services,
            PacketSink sink,
            LiveSubscriber subscriber,
            RoutingTable routing,
            Kinds kinds,
            IntPredicate usedByPublish,
            @Nullable DurableSubscriptions durable,
            NamespaceQuota quota) {
        this.places = new SubscriptionPlaces(quota);
        this.durable = durable;
        this.services = services;
        this.sink = sink;
        this.subscriber = subscriber;
        this.routing = routing;
        this.streams = kinds.streams();
        this.streamGroups = kinds.streamGroups();
        this.shared = kinds.shared();
        this.retained = kinds.retained();
        this.waiting = new WaitingFilters(sink);
        this.packetIds = new RequestIds(subscriber.version().isMqtt5(), usedByPublish);
    }

    /** @param denied those of its filters that the client may not have, and why */
    public void onSubscribe(Subscribe subscribe, Map<String, Decision> denied) {
        int packetId = subscribe.packetId();
        switch (packetIds.take(packetId, subscribe)) {
            case NEW -> subscribe(subscribe, denied);
            case SENT_AGAIN -> {} // one SUBACK answers both
            case IN_USE -> sink.subAck(packetId, inUse(subscribe.requests().size()), whyInUse(packetId));
        }
    }

    /** Tells whether a SUBSCRIBE or UNSUBSCRIBE with the packet identifier waits for its answer. */
    public boolean isUnanswered(int packetId) {
        return packetIds.isUnanswered(packetId);
    }

    private static List<ReasonCode> inUse(int filters) {
        return Collections.nCopies(filters, ReasonCode.PACKET_IDENTIFIER_IN_USE);
    }

    private static String whyInUse(int packetId) {
        return "an earlier packet with the identifier " + packetId + " is not answered yet";
    }

    private void subscribe(Subscribe subscribe, Map<String, Decision> denied) {
        DistinctRequests requests = new DistinctRequests(subscribe.requests());
        List<RetainedDelivery> deliveries = new ArrayList<>();
        PendingSubAck subAck = new PendingSubAck(sink, subscribe.packetId(), requests, () -> {
            packetIds.answered(subscribe.packetId());
            deliveries.forEach(RetainedDelivery::start);
        });
        for (int i = 0; i < requests.distinct().size(); i++) {
            int index = i;
            Subscribe.Request request = requests.distinct().get(i);
            waiting.begin();
            BiConsumer<ReasonCode, @Nullable String> answer = (code, reason) -> {
                settlePlaces();
                subAck.answer(index, code, reason);
                waiting.end();
            };
            Optional<Refusal> refusal = refusal(request.filter()).or(() -> refusal(denied.get(request.filter())));
            if (refusal.isPresent()) {
                answer.accept(refusal.get().code(), refusal.get().reason());
            } else {
                subscribe(request, subscribe.subscriptionId(), deliveries, answer);
            }
        }
        waiting.packetTaken();
    }

    /** @param deliveries get what is to be sent behind the SUBACK */
    private void subscribe(
            Subscribe.Request request,
            int subscriptionId,
            List<RetainedDelivery> deliveries,
            BiConsumer<ReasonCode, @Nullable String> answer) {
        if (StreamSubscriptionSyntax.isStream(request.filter())) {
            streams.subscribe(request, subscriptionId, answer);
        } else if (SharedStreamFilter.isSharedStream(request.filter())) {
            subscribeGroup(request, subscriptionId, answer);
        } else if (SharedFilter.isShared(request.filter())) {
            boolean isNew = !shared.contains(request.filter());
            shared.subscribe(request, subscriptionId);
            keep(request, subscriptionId, () -> {}, undoing(isNew, request.filter(), answer));
        } else {
            TopicFilter filter = new TopicFilter(request.filter());
            boolean isNew = !filters.containsKey(filter);
            Ordinary made = filters.computeIfAbsent(filter, ignored -> new Ordinary());
            Optional<RetainedDelivery> delivery = retained.subscribed(filter, request, subscriptionId, isNew);
            delivery.ifPresent(deliveries::add);
            made.pending++;
            keep(request, subscriptionId, () -> followLive(filter, made, request, subscriptionId), (code, reason) -> {
                made.pending--;
                made.kept |= !code.isError();
                if (!made.kept && made.pending == 0 && made.equals(filters.get(filter))) {
                    var unused = unsubscribe(request.filter());
                }
                Runnable answered = () -> answer.accept(code, reason);
                delivery.ifPresentOrElse(sent -> sent.whenRecorded(answered), answered);
            });
        }
    }

    /** What could not be recorded is not there, unless it was there before. */
    private BiConsumer<ReasonCode, @Nullable String> undoing(
            boolean isNew, String filter, BiConsumer<ReasonCode, @Nullable String> answer) {
        return (code, reason) -> {
            if (code.isError() && isNew) {
                var unused = unsubscribe(filter);
            }
            answer.accept(code, reason);
        };
    }

    private void subscribeGroup(
            Subscribe.Request request, int subscriptionId, BiConsumer<ReasonCode, @Nullable String> answer) {
        boolean isNew = !streamGroups.contains(request.filter());
        streamGroups.subscribe(request, subscriptionId, (code, reason) -> {
            if (code.isError()) {
                answer.accept(code, reason);
            } else {
                Subscribe.Request granted = StreamGroupSubscriptions.granted(request);
                keep(granted, subscriptionId, () -> {}, undoing(isNew, request.filter(), answer));
            }
        });
    }

    private void keep(
            Subscribe.Request request,
            int subscriptionId,
            Runnable live,
            BiConsumer<ReasonCode, @Nullable String> answer) {
        if (durable == null) {
            live.run();
            answer.accept(ReasonCode.granted(request.qos()), null);
            return;
        }
        durable.subscribed(request, subscriptionId, live, answer);
    }

    /** How many there are, with those that are still being made. */
    private int known() {
        return filters.size() + streams.size() + streamGroups.size() + shared.size();
    }

    private void settlePlaces() {
        places.settle(known());
    }

    /** Takes up a subscription that the session had before this connection. */
    public void resume(SubscriptionRecord subscription) {
        places.resume();
        Subscribe.Request request = subscription.request();
        int subscriptionId = subscription.subscriptionId();
        if (StreamSubscriptionSyntax.isStream(request.filter())) {
            streams.resume(request, subscriptionId);
        } else if (SharedStreamFilter.isSharedStream(request.filter())) {
            streamGroups.resume(request, subscriptionId);
        } else if (SharedFilter.isShared(request.filter())) {
            shared.subscribe(request, subscriptionId);
        } else {
            TopicFilter filter = new TopicFilter(request.filter());
            Ordinary kept = new Ordinary();
            kept.kept = true;
            filters.put(filter, kept);
            subscribeLive(filter, request, subscriptionId);
            retained.resume(filter, request, subscriptionId);
        }
    }

    private record Refusal(ReasonCode code, String reason) {}

    private Optional<Refusal> refusal(String filter) {
        int limit = places.mostOfClient();
        boolean isNew = !isSubscribed(filter);
        boolean isOneTooMany = isNew && known() >= limit;
        // Of a stream there are as many filters as offsets.
        if (isOneTooMany || waiting.size() > limit + WaitingFilters.MOST) {
            return Optional.of(
                    new Refusal(ReasonCode.QUOTA_EXCEEDED, "a client has at most " + limit + " subscriptions"));
        }
        int maxLevels = services.limits().maxTopicLevels();
        if (TopicNames.levels(filter) - prefixLevels(filter) > maxLevels) {
            return Optional.of(new Refusal(
                    ReasonCode.TOPIC_FILTER_INVALID, "a topic filter has at most " + maxLevels + " levels here"));
        }
        Optional<String> problem = StreamSubscriptionSyntax.isStream(filter) ? Optional.empty() : problem(filter);
        if (problem.isPresent()) {
            return Optional.of(new Refusal(ReasonCode.TOPIC_FILTER_INVALID, problem.get()));
        }
        return Optional.ofNullable(isNew ? places.take() : null)
                .map(reason -> new Refusal(ReasonCode.QUOTA_EXCEEDED, reason));
    }

    private Optional<Refusal> refusal(@Nullable Decision decision) {
        if (decision == null) {
            return Optional.empty();
        }
        services.counters().count(Counter.SUBSCRIPTIONS_DENIED);
        return Optional.of(
                decision == Decision.DENIED
                        ? new Refusal(ReasonCode.NOT_AUTHORIZED, "the client may not subscribe to this")
                        : new Refusal(
                                ReasonCode.UNSPECIFIED_ERROR,
                                "whether the client may subscribe to this cannot be found out now"));
    }

    private static Optional<String> problem(String filter) {
        if (SharedStreamFilter.isSharedStream(filter)) {
            return SharedStreamFilter.problem(filter);
        }
        return SharedFilter.isShared(filter) ? SharedFilter.problem(filter) : TopicFilter.problem(filter);
    }

    /** How many levels come before the topics: {@code $share/<group>}, {@code $s/<offset>} or {@code $stream/<name>}, or two of them. */
    private static int prefixLevels(String filter) {
        if (SharedStreamFilter.isSharedStream(filter)) {
            return 4;
        }
        return SharedFilter.isShared(filter) || StreamSubscriptionSyntax.isStream(filter) ? 2 : 0;
    }

    /** Tells whether the client is subscribed to a filter, or about to be. */
    public boolean isSubscribed(String filter) {
        return streams.contains(filter)
                || streamGroups.contains(filter)
                || shared.contains(filter)
                || (TopicFilter.problem(filter).isEmpty() && filters.containsKey(new TopicFilter(filter)));
    }

    /** Unless it was ended in the meantime. */
    private void followLive(TopicFilter filter, Ordinary made, Subscribe.Request request, int subscriptionId) {
        if (made.equals(filters.get(filter))) {
            subscribeLive(filter, request, subscriptionId);
        }
    }

    private void subscribeLive(TopicFilter filter, Subscribe.Request request, int subscriptionId) {
        routing.subscribe(
                filter,
                Target.of(subscriber, request.qos(), request.noLocal(), request.retainAsPublished(), subscriptionId));
    }

    /** @throws PacketException when its identifier is in use, and the client has no code to be told so */
    public void onUnsubscribe(Unsubscribe unsubscribe) throws PacketException {
        int packetId = unsubscribe.packetId();
        switch (packetIds.take(packetId, unsubscribe)) {
            case NEW -> unsubscribe(unsubscribe);
            case SENT_AGAIN -> {} // one UNSUBACK answers both
            case IN_USE -> {
                if (!subscriber.version().isMqtt5()) { // 3.1.1: [MQTT-4.8.0-1]
                    throw new PacketException(ReasonCode.PROTOCOL_ERROR, whyInUse(packetId));
                }
                sink.unsubAck(packetId, inUse(unsubscribe.filters().size()), whyInUse(packetId));
            }
        }
    }

    private void unsubscribe(Unsubscribe unsubscribe) {
        List<ReasonCode> codes = new ArrayList<>();
        String reason = null;
        List<String> ended = new ArrayList<>();
        for (String filter : unsubscribe.filters()) {
            ReasonCode code = unsubscribe(filter);
            codes.add(code);
            if (code.isError() && reason == null) {
                reason = TopicFilter.problem(filter).orElse(null);
            }
            if (code == ReasonCode.SUCCESS) {
                ended.add(filter);
            }
        }
        settlePlaces();
        String firstReason = reason;
        whenForgotten(ended, () -> {
            packetIds.answered(unsubscribe.packetId());
            sink.unsubAck(unsubscribe.packetId(), codes, firstReason);
        });
    }

    /** UNSUBACK leaves when what was ended will not come back with the session. */
    private void whenForgotten(List<String> ended, Runnable then) {
        if (durable == null || ended.isEmpty()) {
            then.run();
            return;
        }
        int last = ended.size() - 1;
        for (int i = 0; i <= last; i++) {
            waiting.begin();
            Runnable forgotten = i < last ? () -> {} : then;
            durable.unsubscribed(ended.get(i), () -> {
                forgotten.run();
                waiting.end();
            });
        }
        waiting.packetTaken();
    }

    private ReasonCode unsubscribe(String written) {
        if (streams.unsubscribe(written) || streamGroups.unsubscribe(written) || shared.unsubscribe(written)) {
            return ReasonCode.SUCCESS;
        }
        if (TopicFilter.problem(written).isPresent()) {
            return ReasonCode.TOPIC_FILTER_INVALID;
        }
        TopicFilter filter = new TopicFilter(written);
        if (filters.remove(filter) == null) {
            return ReasonCode.NO_SUBSCRIPTION_EXISTED;
        }
        routing.unsubscribe(filter, subscriber);
        retained.unsubscribed(filter);
        return ReasonCode.SUCCESS;
    }

    /** The filters of all subscriptions, as the client wrote them. */
    public List<String> filters() {
        List<String> all = new ArrayList<>();
        filters.keySet().forEach(filter -> all.add(filter.value()));
        all.addAll(shared.filters());
        all.addAll(streamGroups.filters());
        all.addAll(streams.filters());
        return all;
    }

    /** Ends a subscription that the client may not have any more. It is not told, for MQTT has no way to. */
    public void endForbidden(String filter) {
        if (unsubscribe(filter) == ReasonCode.SUCCESS) {
            whenForgotten(List.of(filter), () -> {});
        }
    }

    /** The connection has ended. */
    public void end() {
        filters.keySet().forEach(filter -> routing.unsubscribe(filter, subscriber));
        filters.clear();
        shared.end();
        streamGroups.end();
        streams.end();
        retained.end();
        places.settle(0);
    }
}
