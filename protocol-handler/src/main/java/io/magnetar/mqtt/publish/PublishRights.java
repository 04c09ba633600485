package io.magnetar.mqtt.publish;

import io.magnetar.mqtt.access.ClientAccess;
import io.magnetar.mqtt.access.Decision;
import io.magnetar.mqtt.codec.PacketException;
import io.magnetar.mqtt.counters.Counter;
import io.magnetar.mqtt.counters.Counters;
import io.magnetar.mqtt.flow.Hold;
import io.magnetar.mqtt.flow.PacketSink;
import io.magnetar.mqtt.packet.Publish;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.routing.Route;
import org.jspecify.annotations.Nullable;

/**
 * Whether a client's publishes are allowed. While somebody is asked, the client is not read, so that what it publishes and what it is
 * answered keep their order.
 *
 * <p>Thread: the connection's owner.
 */
final class PublishRights {
    private static final String DENIED = "the client may not publish this";
    private static final String UNAVAILABLE = "whether the client may publish this cannot be found out now";

    private final ClientAccess access;
    private final PacketSink sink;
    private final Counters counters;
    private final boolean mqtt5;
    private boolean ended;

    /** What is to be done with a publish that was decided on. */
    interface Then {
        void decided(Decision decision) throws PacketException;
    }

    PublishRights(ClientAccess access, PacketSink sink, Counters counters, boolean mqtt5) {
        this.access = access;
        this.sink = sink;
        this.counters = counters;
        this.mqtt5 = mqtt5;
    }

    /** @return {@link Decision#PENDING} when {@code later} is told */
    Decision decide(Publish publish, Route route, Then later) {
        Decision decision = access.publish(route.id(), route.value(), publish.qos(), publish.retain());
        if (decision == Decision.PENDING) {
            sink.holdReading(Hold.RIGHTS, true);
            access.askPublish(route.id(), route.value(), publish.qos(), publish.retain(), known -> {
                if (!ended) {
                    tell(later, known);
                    sink.holdReading(Hold.RIGHTS, false);
                }
            });
        }
        return decision;
    }

    private void tell(Then later, Decision decision) {
        try {
            later.decided(decision);
        } catch (PacketException e) {
            sink.disconnect(e.reasonCode(), e.problem());
        }
    }

    /** Why a publish is not taken, where its client is told or it is dropped; null when it is allowed. */
    @Nullable
    Refusal refusal(Decision decision) {
        if (decision == Decision.ALLOWED) {
            return null;
        }
        counters.count(Counter.PUBLISHES_DENIED);
        return decision == Decision.DENIED
                ? new Refusal(ReasonCode.NOT_AUTHORIZED, DENIED)
                : new Refusal(ReasonCode.UNSPECIFIED_ERROR, UNAVAILABLE);
    }

    /**
     * Ends the connection for a refused publish where that is to be done: because it is configured so, or because MQTT 3.1.1 has no way to
     * say that it is to be sent again.
     */
    boolean ends(Publish publish, Refusal refusal) {
        boolean isDenied = refusal.code() == ReasonCode.NOT_AUTHORIZED;
        if (isDenied ? access.disconnects() : !mqtt5 && publish.packetId() != 0) {
            sink.disconnect(refusal.code(), refusal.reason());
            return true;
        }
        return false;
    }

    /** The connection has ended. */
    void end() {
        ended = true;
    }
}
