package io.magnetar.mqtt.stream;

import io.magnetar.message.Qos;
import io.magnetar.mqtt.flow.Failures;
import io.magnetar.mqtt.flow.PacketSink;
import io.magnetar.mqtt.flow.ReasonCodes;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.owner.Owner;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.packet.Subscribe;
import io.magnetar.mqtt.publish.OutboundPublishFlow;
import io.magnetar.mqtt.share.SharedStreamFilter;
import io.magnetar.stream.NamespaceStreams;
import io.magnetar.stream.StartPosition;
import io.magnetar.stream.StreamChoice;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamGroup;
import io.magnetar.stream.StreamReaders.StreamFailureException;
import io.magnetar.stream.StreamSubscriptionSyntax;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A client's memberships in groups that share streams, by the filters that it wrote, whatever their offsets: the offset counts when
 * the group is new, a member that subscribes again stays where the group is, with the new options [MQTT-3.8.4-3].
 *
 * <p>QoS 1 is the highest that is granted: what a member has not acknowledged when it goes away is another's. A stream that is
 * deleted is waited for; the group of the next one with its name begins with its first message.
 *
 * <p>Thread: the connection's owner.
 */
public final class StreamGroupSubscriptions {
    private static final long JOIN_AGAIN_MILLIS = 1_000;
    private static final int MAX_JOINS_UNDER_WAY = 16;
    private static final String NOBODY = "anonymous";
    private static final String NO_END =
            "a group that shares a stream goes on with what is appended: its offset is a begin without an end";

    private final SessionServices services;
    private final PacketSink sink;
    private final Owner owner;
    private final StreamClient client;
    private final OutboundPublishFlow outbound;
    private final Map<String, StreamGroupSubscription> subscriptions = new HashMap<>();

    /** Who waits to be told how the first joining of a filter went. */
    private final Map<String, List<Joined>> joining = new HashMap<>();

    private final StreamsInTheMaking inTheMaking;
    private final StreamRights rights;
    private int joinsUnderWay;

    public StreamGroupSubscriptions(
            SessionServices services, PacketSink sink, Owner owner, StreamClient client, OutboundPublishFlow outbound) {
        this.services = services;
        this.sink = sink;
        this.owner = owner;
        this.client = client;
        this.outbound = outbound;
        this.inTheMaking = new StreamsInTheMaking(services, owner, client.proved());
        this.rights = new StreamRights(client.access());
    }

    public Set<String> filters() {
        return Set.copyOf(subscriptions.keySet());
    }

    public int size() {
        return subscriptions.size();
    }

    public boolean contains(String filter) {
        return SharedStreamFilter.isSharedStream(filter)
                && subscriptions.containsKey(SharedStreamFilter.withoutOffset(filter));
    }

    /** A request with what is granted of its QoS. */
    public static Subscribe.Request granted(Subscribe.Request written) {
        return new Subscribe.Request(
                written.filter(),
                written.qos().min(Qos.AT_LEAST_ONCE),
                written.noLocal(),
                written.retainAsPublished(),
                written.retainHandling(),
                written.stream());
    }

    /**
     * Subscribes.
     *
     * @param written its filter is one that {@link SharedStreamFilter#isSharedStream} and without a
     *     {@link SharedStreamFilter#problem}
     * @param answer told once, at the owner, the code for SUBACK and, when it is an error, the reason
     */
    public void subscribe(
            Subscribe.Request written, int subscriptionId, BiConsumer<ReasonCode, @Nullable String> answer) {
        SharedStreamFilter filter = SharedStreamFilter.parse(written.filter());
        StreamSubscriptionSyntax.Parsed parsed = parse(filter, written);
        if (parsed instanceof StreamSubscriptionSyntax.Refused refused) {
            answer.accept(ReasonCode.TOPIC_FILTER_INVALID, refused.reason());
            return;
        }
        StreamSubscriptionSyntax.Valid wanted = (StreamSubscriptionSyntax.Valid) parsed;
        Optional<String> problem =
                wanted.range().isBounded() ? Optional.of(NO_END) : StreamRequest.problem(written.stream());
        if (problem.isPresent()) {
            answer.accept(ReasonCode.TOPIC_FILTER_INVALID, problem.get());
            return;
        }
        StreamRequest request = StreamRequest.of(client, granted(written), subscriptionId, wanted);
        String key = SharedStreamFilter.withoutOffset(written.filter());
        StreamGroupSubscription member = subscriptions.get(key);
        if (member != null) {
            member.change(request);
            answer(key, request, answer);
            return;
        }
        NamespaceStreams streams = services.streams().of(client.identity().namespace());
        Optional<StreamDefinition> stream = request.wanted().stream().in(streams);
        if (stream.isPresent()) {
            StreamGroup group = group(filter, stream.get(), request);
            begin(key, request, answer, (joins, joined) -> join(key, group, joins, joined));
        } else if (request.waits()) {
            joinLater(key, member(key, request.ofTheFuture()));
            answer.accept(ReasonCode.granted(request.qos()), null);
        } else {
            make(key, filter, request, answer);
        }
    }

    /** Has the stream made, where streams are made for subscribers, and joins then. */
    private void make(
            String key,
            SharedStreamFilter filter,
            StreamRequest request,
            BiConsumer<ReasonCode, @Nullable String> answer) {
        StreamChoice wanted = request.wanted().stream();
        begin(key, request, answer, (member, joined) -> {
            boolean made = inTheMaking.make(wanted, failure -> {
                Optional<StreamDefinition> stream =
                        wanted.in(services.streams().of(client.identity().namespace()));
                if (failure == null && stream.isPresent() && member.equals(subscriptions.get(key))) {
                    join(key, group(filter, stream.get(), request), member, joined);
                } else {
                    joined.joined(failure == null ? unsubscribed() : failure);
                }
            });
            if (!made) {
                joined.joined(new StreamFailure(
                        StreamFailure.Kind.NO_SUCH_POSITION,
                        wanted.whyNone(services.streams().of(client.identity().namespace()))));
            }
        });
    }

    private static StreamFailure unsubscribed() {
        return new StreamFailure(StreamFailure.Kind.GONE, "the filter was unsubscribed in the meantime");
    }

    private StreamSubscriptionSyntax.Parsed parse(SharedStreamFilter filter, Subscribe.Request written) {
        long nowMicros = TimeUnit.MILLISECONDS.toMicros(services.clock().millis());
        return StreamSubscriptionSyntax.parse(filter.stream(), written.stream().offset(), nowMicros);
    }

    private static StreamGroup group(SharedStreamFilter filter, StreamDefinition stream, StreamRequest request) {
        return new StreamGroup(stream, filter.group(), request.wanted().stream().filterOf(stream));
    }

    /** Takes up a membership that the session had before this connection, as soon as it can be had. */
    public void resume(Subscribe.Request written, int subscriptionId) {
        SharedStreamFilter filter = SharedStreamFilter.parse(written.filter());
        if (parse(filter, written) instanceof StreamSubscriptionSyntax.Valid wanted) {
            String key = SharedStreamFilter.withoutOffset(written.filter());
            joinAgain(key, member(key, StreamRequest.of(client, written, subscriptionId, wanted)));
        }
    }

    private StreamGroupSubscription member(String key, StreamRequest request) {
        StreamGroupSubscription[] self = new StreamGroupSubscription[1];
        self[0] = new StreamGroupSubscription(
                services, owner, outbound, request, failure -> onFailed(key, self[0], failure));
        subscriptions.put(key, self[0]);
        return self[0];
    }

    /** At once, or with the one that is joining. */
    private void answer(String key, StreamRequest request, BiConsumer<ReasonCode, @Nullable String> answer) {
        Joined granted = failure -> {
            if (failure == null) {
                answer.accept(ReasonCode.granted(request.qos()), null);
            } else {
                answer.accept(ReasonCodes.of(failure.kind()), failure.reason());
            }
        };
        List<Joined> waiting = joining.get(key);
        if (waiting == null) {
            granted.joined(null);
        } else {
            waiting.add(granted);
        }
    }

    /** @param join told the new member, tells once how its joining went */
    private void begin(
            String key,
            StreamRequest request,
            BiConsumer<ReasonCode, @Nullable String> answer,
            BiConsumer<StreamGroupSubscription, Joined> join) {
        StreamGroupSubscription member = member(key, request);
        List<Joined> waiting = new ArrayList<>();
        joining.put(key, waiting);
        answer(key, request, answer);
        join.accept(member, failure -> {
            joining.remove(key, waiting);
            if (failure != null) {
                subscriptions.remove(key, member);
            }
            waiting.forEach(joined -> joined.joined(failure));
        });
    }

    private interface Joined {
        void joined(@Nullable StreamFailure failure);
    }

    private void join(String key, StreamGroup group, StreamGroupSubscription member, Joined joined) {
        if (joinsUnderWay >= MAX_JOINS_UNDER_WAY) {
            joined.joined(new StreamFailure(
                    StreamFailure.Kind.QUOTA_EXCEEDED,
                    "a client joins at most " + MAX_JOINS_UNDER_WAY + " groups at a time"));
            return;
        }
        joinsUnderWay++;
        rights.check(group.stream(), group.filter(), member.request().qos(), refusal -> {
            if (refusal == null) {
                joinAllowed(key, group, member, joined);
            } else {
                joinsUnderWay--;
                joined.joined(refusal);
            }
        });
    }

    private void joinAllowed(String key, StreamGroup group, StreamGroupSubscription member, Joined joined) {
        StartPosition start = member.request().wanted().range().from();
        var unused = services.streamGroups()
                .join(group, start, name(), member)
                .whenComplete((membership, thrown) -> owner.execute(() -> {
                    joinsUnderWay--;
                    if (membership == null) {
                        joined.joined(failureOf(thrown));
                    } else if (member.equals(subscriptions.get(key))) {
                        member.start(membership, group.stream().name());
                        joined.joined(null);
                    } else {
                        membership.leave();
                        joined.joined(unsubscribed());
                    }
                }));
    }

    private String name() {
        String clientId = client.identity().clientId();
        return clientId == null || clientId.isBlank() ? NOBODY : clientId;
    }

    private static StreamFailure failureOf(@Nullable Throwable thrown) {
        Throwable cause = Failures.cause(thrown);
        return cause instanceof StreamFailureException failed
                ? failed.failure()
                : new StreamFailure(StreamFailure.Kind.UNAVAILABLE, "the stream cannot be read now");
    }

    private void onFailed(String key, StreamGroupSubscription failed, StreamFailure failure) {
        if (!failed.equals(subscriptions.get(key))) {
            return;
        }
        if (failure.kind() != StreamFailure.Kind.GONE) {
            sink.disconnect(ReasonCodes.of(failure.kind()), failure.reason());
            return;
        }
        joinLater(key, member(key, failed.request().ofTheFuture()));
    }

    private void joinLater(String key, StreamGroupSubscription member) {
        owner.schedule(() -> joinAgain(key, member), JOIN_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Tries again, unless the client has unsubscribed since. */
    private void joinAgain(String key, StreamGroupSubscription member) {
        if (!member.equals(subscriptions.get(key))) {
            return;
        }
        StreamRequest request = member.request();
        Optional<StreamDefinition> stream = request.wanted().stream()
                .in(services.streams().of(client.identity().namespace()));
        if (stream.isEmpty()) {
            member.change(request.ofTheFuture());
            joinLater(key, member);
            return;
        }
        SharedStreamFilter filter = SharedStreamFilter.parse(request.written().filter());
        join(key, group(filter, stream.get(), request), member, failure -> {
            if (failure != null) {
                joinLater(key, member);
            }
        });
    }

    /** @return whether there was such a subscription */
    public boolean unsubscribe(String filter) {
        if (!SharedStreamFilter.isSharedStream(filter)) {
            return false;
        }
        StreamGroupSubscription member = subscriptions.remove(SharedStreamFilter.withoutOffset(filter));
        if (member != null) {
            member.leave();
        }
        return member != null;
    }

    /** The connection has ended. */
    public void end() {
        subscriptions.values().forEach(StreamGroupSubscription::close);
        subscriptions.clear();
        joining.clear();
    }
}
