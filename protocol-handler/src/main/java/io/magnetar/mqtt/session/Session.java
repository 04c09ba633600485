package io.magnetar.mqtt.session;

import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.access.ClientAccess;
import io.magnetar.mqtt.codec.PacketException;
import io.magnetar.mqtt.codec.SharedPublish;
import io.magnetar.mqtt.flow.Hold;
import io.magnetar.mqtt.flow.PacketSink;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.owner.Owner;
import io.magnetar.mqtt.packet.Acknowledgement;
import io.magnetar.mqtt.packet.Connect;
import io.magnetar.mqtt.packet.Disconnect;
import io.magnetar.mqtt.packet.Packet;
import io.magnetar.mqtt.packet.PacketType;
import io.magnetar.mqtt.packet.PingReq;
import io.magnetar.mqtt.packet.ProtocolVersion;
import io.magnetar.mqtt.packet.Publish;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.packet.Subscribe;
import io.magnetar.mqtt.packet.Unsubscribe;
import io.magnetar.mqtt.publish.InboundPublishFlow;
import io.magnetar.mqtt.publish.OutboundPublishFlow;
import io.magnetar.mqtt.publish.ReceivedPublishes;
import io.magnetar.mqtt.queue.Deliveries;
import io.magnetar.mqtt.queue.OwedMessages;
import io.magnetar.mqtt.queue.RetainedMessages;
import io.magnetar.mqtt.record.Checkpoints;
import io.magnetar.mqtt.record.SessionProgress;
import io.magnetar.mqtt.routing.LiveSubscriber;
import io.magnetar.mqtt.routing.RouteCache;
import io.magnetar.mqtt.routing.Target;
import io.magnetar.mqtt.share.SharedGroups;
import io.magnetar.mqtt.share.SharedSubscriptions;
import io.magnetar.mqtt.stream.StreamClient;
import io.magnetar.mqtt.stream.StreamGroupSubscriptions;
import io.magnetar.mqtt.stream.StreamPlaces;
import io.magnetar.mqtt.stream.StreamSubscriptions;
import io.magnetar.mqtt.subscribe.RetainedDeliveries;
import io.magnetar.mqtt.subscribe.SubscribeFlow;
import io.magnetar.mqtt.subscribe.SubscriptionRights;
import io.magnetar.mqtt.will.WillPublisher;
import io.magnetar.stream.StreamAppender.AppendListener;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One client's flows together while it is connected, and its will. A durable session's records outlive it, see
 * {@link DurableSession}; any other ends with it.
 *
 * <p>Thread: the connection's owner.
 */
public final class Session implements LiveSubscriber {
    private static final long TICK_MILLIS = 1_000;

    private final SessionServices services;
    private final SharedGroups groups;
    private final ClientAccess access;
    private final SubscriptionRights rights;
    private final Publisher publisher;
    private final Connect connect;
    private final Owner owner;
    private final PacketSink sink;
    private final InboundPublishFlow inbound;
    private final OutboundPublishFlow outbound;
    private final SubscribeFlow subscriptions;
    private final @Nullable DurableFlows durable;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private Connect.@Nullable Will will;
    private boolean ending;
    /** What {@link #unsettledMillis} was when the record under way was made. */
    private long savingSinceMillis;

    /** What a session finds where it begins: what all share, the routes of its namespace, and its rights. */
    public record Surroundings(SessionServices services, SharedGroups groups, RouteCache routes, ClientAccess access) {}

    /** What a durable session has beside, of which its progress is recorded. */
    private record DurableFlows(
            DurableSession session,
            Checkpoints checkpoints,
            Deliveries deliveries,
            ReceivedPublishes received,
            OwedMessages owed,
            RetainedMessages retained,
            StreamPlaces streams) {
        SessionProgress progress() {
            return new SessionProgress(
                    owed.partitionProgress(),
                    deliveries.releasing(),
                    received.answeredSequence(),
                    received.answeredIds(),
                    received.inLogs(),
                    owed.lentRecords(),
                    retained.records(),
                    retained.walks(),
                    streams.progress());
        }
    }

    /** @param kept the records of a durable session; null when the session ends with the connection */
    public Session(Surroundings around, PacketSink sink, Owner owner, Connect connect, @Nullable DurableSession kept) {
        RouteCache routes = around.routes();
        this.services = around.services();
        this.groups = around.groups();
        this.access = around.access();
        this.publisher = access.publisher();
        this.rights = new SubscriptionRights(services, access, this::isSubscribed);
        this.connect = connect;
        this.owner = owner;
        this.sink = sink;
        this.will = connect.will();
        this.outbound =
                new OutboundPublishFlow(services, sink, connect.reception().receiveMaximum());
        this.durable = kept == null ? null : flowsOf(kept);
        this.inbound = new InboundPublishFlow(
                services,
                sink,
                owner,
                access,
                connect.version(),
                routes,
                durable == null ? new ReceivedPublishes() : durable.received());
        this.subscriptions = new SubscribeFlow(
                services,
                sink,
                this,
                routes.table(),
                new SubscribeFlow.Kinds(
                        new StreamSubscriptions(
                                services,
                                sink,
                                owner,
                                new StreamClient(access, connect.version()),
                                outbound,
                                durable == null ? null : durable.streams()),
                        new StreamGroupSubscriptions(
                                services, sink, owner, new StreamClient(access, connect.version()), outbound),
                        new SharedSubscriptions(
                                around.groups(),
                                routes.table(),
                                this,
                                outbound,
                                durable == null ? null : durable.owed()),
                        new RetainedDeliveries(
                                services, owner, publisher, outbound, durable == null ? null : durable.retained())),
                inbound::isUnderWay,
                kept,
                services.quotas().of(publisher.namespace()));
    }

    private DurableFlows flowsOf(DurableSession kept) {
        Checkpoints checkpoints = new Checkpoints(owner, this::saveProgress, this::settled);
        SessionProgress resumed = kept.resumed();
        Deliveries deliveries = new Deliveries(
                services.counters(), publisher.namespace(), sink, outbound, checkpoints, resumed.releasing());
        OwedMessages owed = new OwedMessages(services, owner, publisher, outbound, deliveries, checkpoints, resumed);
        kept.attach(owner, owed);
        return new DurableFlows(
                kept,
                checkpoints,
                deliveries,
                new ReceivedPublishes(checkpoints, kept.definition().epoch(), resumed),
                owed,
                new RetainedMessages(
                        services,
                        services.retained().store(publisher.namespace()),
                        outbound,
                        deliveries,
                        checkpoints,
                        resumed),
                new StreamPlaces(
                        deliveries,
                        checkpoints,
                        services.clock(),
                        kept,
                        kept.definition().subscriptions(),
                        resumed.streams()));
    }

    private void saveProgress(AppendListener listener) {
        if (durable != null) {
            savingSinceMillis = unsettledMillis();
            durable.session().saveProgress(durable.progress(), listener);
        }
    }

    /** Since when something may be in the logs, or with the client, that a record made now does not tell. */
    private long unsettledMillis() {
        return Math.min(services.clock().millis(), inbound.oldestUnansweredMillis());
    }

    private void settled() {
        if (durable != null) {
            durable.session().settled(savingSinceMillis);
        }
    }

    /** CONNACK has left: a durable session goes on where it was, with those of its subscriptions that it may have. */
    public void start() {
        access.onChange(this::lookAtRights);
        if (durable == null) {
            return;
        }
        durable.session().definition().subscriptions().forEach(subscriptions::resume);
        rights.resume(durable.session().requests());
        lookAtRights();
        durable.owed().claimLent((lent, then) -> groups.claim(publisher.namespace(), lent, then));
        durable.retained().start();
        durable.owed().start();
        tickLater();
    }

    private void tickLater() {
        owner.schedule(
                () -> {
                    if (durable != null && !ending) {
                        durable.owed().tick();
                        durable.session().forgetPassed();
                        if (durable.checkpoints().isSaved()) {
                            durable.session().settled(unsettledMillis());
                        } else {
                            durable.checkpoints().tick();
                        }
                        tickLater();
                    }
                },
                TICK_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    /** @throws PacketException when the packet breaks the protocol; the connection is to be ended with its code */
    public void on(Packet packet) throws PacketException {
        if (packet instanceof Publish publish) {
            inbound.onPublish(publish, subscriptions.isUnanswered(publish.packetId()));
        } else if (packet instanceof Acknowledgement ack) {
            if (ack.type() == PacketType.PUBREL) {
                inbound.onPubRel(ack.packetId());
            } else {
                outbound.onAcknowledgement(ack);
            }
        } else if (packet instanceof Subscribe subscribe) {
            onSubscribe(subscribe);
        } else if (packet instanceof Unsubscribe unsubscribe) {

            subscriptions.onUnsubscribe(unsubscribe);
        } else if (packet instanceof PingReq) {
            sink.pingResp();
        } else if (packet instanceof Disconnect disconnect) {
            onDisconnect(disconnect);
        } else {
            throw new PacketException(
                    ReasonCode.PROTOCOL_ERROR, packet.getClass().getSimpleName() + " is not for a session");
        }
    }

    /**
     * A PUBLISH is refused, for the client's namespace may send no more now.
     *
     * @throws PacketException when the client cannot be told but by the end of its connection
     */
    public void onExcess(Publish publish) throws PacketException {
        inbound.onExcess(publish);
    }

    /** While somebody is asked, the client is not read. */
    private void onSubscribe(Subscribe subscribe) {
        boolean[] decided = new boolean[1];
        long rules = access.rules();
        rights.decide(subscribe.requests(), denied -> {
            decided[0] = true;
            if (!ending) {
                subscriptions.onSubscribe(subscribe, denied);
                sink.holdReading(Hold.RIGHTS, false);
                if (rules != access.rules()) {
                    lookAtRights(); // When all looked, these were not there yet.
                }
            }
        });
        if (!decided[0]) {
            sink.holdReading(Hold.RIGHTS, true);
        }
    }

    private boolean isSubscribed(String filter) {
        return subscriptions.isSubscribed(filter);
    }

    /** Rules may have changed: what the client may not have any more ends. */
    private void lookAtRights() {
        if (!ending) {
            rights.lookAgain(filter -> {
                if (!ending) {
                    subscriptions.endForbidden(filter);
                }
            });
        }
    }

    /** @throws PacketException when it asks for a session to be kept that CONNECT did not ask for */
    private void onDisconnect(Disconnect disconnect) throws PacketException {
        long expirySeconds = disconnect.sessionExpirySeconds();
        if (connect.sessionExpirySeconds() == 0 && expirySeconds > 0) {
            throw new PacketException(
                    ReasonCode.PROTOCOL_ERROR, "a session expiry interval that was 0 in CONNECT stays 0");
        }
        if (disconnect.cancelsWill()) {
            will = null;
        }
        if (durable != null && expirySeconds != Disconnect.NOT_GIVEN) {
            durable.session().expireAfter(expirySeconds);
        }
        sink.close();
    }

    @Override
    public void deliver(SharedPublish publish, Target target) {
        Target wanted = target.of(publish.message().publisher(), publisher);
        if (!ending && wanted != null && !isOwed(publish, wanted)) {
            outbound.deliver(publish, wanted);
        }
    }

    private boolean isOwed(SharedPublish publish, Target wanted) {
        return durable != null && publish.message().qos() != Qos.AT_MOST_ONCE && wanted.qos() != Qos.AT_MOST_ONCE;
    }

    /** How it is now. */
    public SessionFigures figures() {
        return new SessionFigures(
                subscriptions.filters(), outbound.inFlight(), outbound.queued(), outbound.queuedBytes());
    }

    /** It does not outlive its connection, whatever its client has asked for. */
    public void endWithConnection() {
        if (durable != null) {
            durable.session().expireAfter(0);
        }
    }

    /** The client takes more bytes now. */
    public void onWritable() {
        outbound.drain();
    }

    /**
     * The connection has ended: nothing more is delivered, and the will is published unless the client cancelled it.
     *
     * @return completes, at the owner, when another connection may take the session up
     */
    public CompletableFuture<Void> end() {
        if (!ending) {
            ending = true;
            access.end();
            subscriptions.end();
            outbound.end();
            if (durable != null) {
                durable.owed().end();
            }
            inbound.end(() -> owner.execute(this::leave));
        }
        return ended;
    }

    /** All that the client has published is answered for, and all that was handed over to this session has come. */
    private void leave() {
        Connect.Will left = will;
        will = null;
        if (durable != null) {
            durable.owed().close();
            durable.checkpoints().close();
            if (left == null) {
                durable.session().cancelWill();
            }
            durable.session().end(durable.progress(), durable.owed().givingBack());
        } else if (left != null) {
            new WillPublisher(services).publish(left, publisher);
        }
        ended.complete(null);
    }

    @Override
    public Owner owner() {
        return owner;
    }

    @Override
    public ProtocolVersion version() {
        return connect.version();
    }

    @Override
    public boolean readsQueue() {
        return durable != null;
    }
}
