package io.magnetar.mqtt.subscribe;

import io.magnetar.mqtt.flow.PacketSink;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.packet.Subscribe;
import io.magnetar.mqtt.packet.Unsubscribe;
import io.magnetar.mqtt.routing.LiveSubscriber;
import io.magnetar.mqtt.routing.RoutingTable;
import io.magnetar.mqtt.routing.Target;
import io.magnetar.mqtt.stream.StreamSubscriptions;
import io.magnetar.stream.StreamSubscriptionSyntax;
import io.magnetar.topic.TopicFilter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * SUBSCRIBE and UNSUBSCRIBE, MQTT 5.0 sections 3.8 to 3.11. Each filter of a packet gets a code of its own, in their order
 * [MQTT-3.8.4-6], and the truth: a stream that does not exist is a failure.
 *
 * <p>Thread: the connection's owner.
 */
public final class SubscribeFlow {
    private static final String SHARE_PREFIX = "$share/";
    private static final String NAMED_STREAM_PREFIX = "$stream/";

    private final SessionServices services;
    private final PacketSink sink;
    private final LiveSubscriber subscriber;
    private final RoutingTable routing;
    private final StreamSubscriptions streams;
    private final RetainedDeliveries retained;
    private final Set<TopicFilter> filters = new HashSet<>();

    public SubscribeFlow(
            SessionServices services,
            PacketSink sink,
            LiveSubscriber subscriber,
            RoutingTable routing,
            StreamSubscriptions streams,
            RetainedDeliveries retained) {
        this.services = services;
        this.sink = sink;
        this.subscriber = subscriber;
        this.routing = routing;
        this.streams = streams;
        this.retained = retained;
    }

    public void onSubscribe(Subscribe subscribe) {
        List<Subscribe.Request> requests = subscribe.requests();
        PendingSubAck subAck = new PendingSubAck(sink, subscribe.packetId(), requests.size());
        for (int i = 0; i < requests.size(); i++) {
            Subscribe.Request request = requests.get(i);
            int index = i;
            Optional<Refusal> refusal = refusal(request.filter());
            if (refusal.isPresent()) {
                subAck.answer(index, refusal.get().code(), refusal.get().reason());
            } else if (StreamSubscriptionSyntax.isStream(request.filter())) {
                streams.subscribe(
                        request, subscribe.subscriptionId(), (code, reason) -> subAck.answer(index, code, reason));
            } else {
                subscribeLive(request, subscribe.subscriptionId());
                subAck.answer(index, ReasonCode.granted(request.qos()), null);
            }
        }
        retained.deliver();
    }

    private record Refusal(ReasonCode code, String reason) {}

    private Optional<Refusal> refusal(String filter) {
        if (filter.startsWith(SHARE_PREFIX)) {
            return Optional.of(new Refusal(
                    ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED, "shared subscriptions are not available"));
        }
        if (filter.startsWith(NAMED_STREAM_PREFIX)) {
            return Optional.of(
                    new Refusal(ReasonCode.TOPIC_FILTER_INVALID, "a stream is subscribed to as $s/<offset>/<filter>"));
        }
        int limit = services.limits().maxSubscriptions();
        if (filters.size() + streams.size() >= limit && !isSubscribed(filter)) {
            return Optional.of(
                    new Refusal(ReasonCode.QUOTA_EXCEEDED, "a client has at most " + limit + " subscriptions"));
        }
        if (StreamSubscriptionSyntax.isStream(filter)) {
            return Optional.empty();
        }
        return TopicFilter.problem(filter).map(problem -> new Refusal(ReasonCode.TOPIC_FILTER_INVALID, problem));
    }

    private boolean isSubscribed(String filter) {
        return streams.contains(filter)
                || (TopicFilter.problem(filter).isEmpty() && filters.contains(new TopicFilter(filter)));
    }

    private void subscribeLive(Subscribe.Request request, int subscriptionId) {
        TopicFilter filter = new TopicFilter(request.filter());
        boolean isNew = filters.add(filter);
        routing.subscribe(
                filter,
                Target.of(subscriber, request.qos(), request.noLocal(), request.retainAsPublished(), subscriptionId));
        retained.subscribed(filter, request, subscriptionId, isNew);
    }

    public void onUnsubscribe(Unsubscribe unsubscribe) {
        List<ReasonCode> codes = new ArrayList<>();
        String reason = null;
        for (String filter : unsubscribe.filters()) {
            ReasonCode code = unsubscribe(filter);
            codes.add(code);
            if (code.isError() && reason == null) {
                reason = TopicFilter.problem(filter).orElse(null);
            }
        }
        sink.unsubAck(unsubscribe.packetId(), codes, reason);
    }

    private ReasonCode unsubscribe(String written) {
        if (streams.unsubscribe(written)) {
            return ReasonCode.SUCCESS;
        }
        if (TopicFilter.problem(written).isPresent()) {
            return ReasonCode.TOPIC_FILTER_INVALID;
        }
        TopicFilter filter = new TopicFilter(written);
        if (!filters.remove(filter)) {
            return ReasonCode.NO_SUBSCRIPTION_EXISTED;
        }
        routing.unsubscribe(filter, subscriber);
        retained.unsubscribed(filter);
        return ReasonCode.SUCCESS;
    }

    /** The connection has ended. */
    public void end() {
        filters.forEach(filter -> routing.unsubscribe(filter, subscriber));
        filters.clear();
        streams.end();
        retained.end();
    }
}
