package io.magnetar.mqtt.session;

import io.magnetar.message.Publisher;
import io.magnetar.mqtt.codec.PacketException;
import io.magnetar.mqtt.codec.SharedPublish;
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
import io.magnetar.mqtt.routing.LiveSubscriber;
import io.magnetar.mqtt.routing.RouteCache;
import io.magnetar.mqtt.routing.Target;
import io.magnetar.mqtt.stream.StreamSubscriptions;
import io.magnetar.mqtt.subscribe.RetainedDeliveries;
import io.magnetar.mqtt.subscribe.SubscribeFlow;
import org.jspecify.annotations.Nullable;

/**
 * A session that lives as long as its connection: the flows of one client, and its will.
 *
 * <p>Thread: the connection's owner.
 */
public final class Session implements LiveSubscriber {
    private final Publisher publisher;
    private final ProtocolVersion version;
    private final Owner owner;
    private final PacketSink sink;
    private final InboundPublishFlow inbound;
    private final OutboundPublishFlow outbound;
    private final SubscribeFlow subscriptions;
    private final long connectExpirySeconds;
    private Connect.@Nullable Will will;
    private boolean ended;

    public Session(
            SessionServices services,
            PacketSink sink,
            Owner owner,
            Publisher publisher,
            Connect connect,
            RouteCache routes) {
        this.publisher = publisher;
        this.version = connect.version();
        this.owner = owner;
        this.sink = sink;
        this.will = connect.will();
        this.connectExpirySeconds = connect.sessionExpirySeconds();
        this.inbound = new InboundPublishFlow(services, sink, owner, publisher, version, routes);
        this.outbound =
                new OutboundPublishFlow(services, sink, connect.reception().receiveMaximum());
        this.subscriptions = new SubscribeFlow(
                services,
                sink,
                this,
                routes.table(),
                new StreamSubscriptions(services, sink, owner, publisher, version, outbound),
                new RetainedDeliveries(services, owner, publisher, outbound));
    }

    /** @throws PacketException when the packet breaks the protocol; the connection is to be ended with its code */
    public void on(Packet packet) throws PacketException {
        if (packet instanceof Publish publish) {
            inbound.onPublish(publish);
        } else if (packet instanceof Acknowledgement ack) {
            if (ack.type() == PacketType.PUBREL) {
                inbound.onPubRel(ack.packetId());
            } else {
                outbound.onAcknowledgement(ack);
            }
        } else if (packet instanceof Subscribe subscribe) {
            subscriptions.onSubscribe(subscribe);
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

    /** @throws PacketException when it asks for a session to be kept that CONNECT did not ask for [MQTT-3.14.2-2] */
    private void onDisconnect(Disconnect disconnect) throws PacketException {
        if (connectExpirySeconds == 0 && disconnect.sessionExpirySeconds() > 0) {
            throw new PacketException(
                    ReasonCode.PROTOCOL_ERROR, "a session expiry interval that was 0 in CONNECT stays 0");
        }
        if (disconnect.cancelsWill()) {
            will = null;
        }
        sink.close();
    }

    @Override
    public void deliver(SharedPublish publish, Target target) {
        if (!ended && !(target.noLocal() && publish.message().publisher().equals(publisher))) {
            outbound.deliver(publish, target);
        }
    }

    /** The client takes more bytes now. */
    public void onWritable() {
        outbound.drain();
    }

    /** The connection has ended: nothing more is delivered, and the will is published unless the client cancelled it. */
    public void end() {
        if (ended) {
            return;
        }
        ended = true;
        subscriptions.end();
        outbound.end();
        inbound.end(will);
    }

    @Override
    public Owner owner() {
        return owner;
    }

    @Override
    public ProtocolVersion version() {
        return version;
    }
}
