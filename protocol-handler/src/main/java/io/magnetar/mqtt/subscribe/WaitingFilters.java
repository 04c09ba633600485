package io.magnetar.mqtt.subscribe;

import io.magnetar.mqtt.flow.Hold;
import io.magnetar.mqtt.flow.PacketSink;

/**
 * How many filters of a client wait to be subscribed to, or to be forgotten, because a log is to have them first. While they are
 * {@value #MOST} or more the client is not read: what waits is no more than that and what one packet adds.
 *
 * <p>Thread: the connection's owner.
 */
final class WaitingFilters {
    static final int MOST = 100;

    private final PacketSink sink;
    private int waiting;
    private boolean holds;

    WaitingFilters(PacketSink sink) {
        this.sink = sink;
    }

    int size() {
        return waiting;
    }

    void begin() {
        waiting++;
    }

    void end() {
        waiting--;
        if (holds && waiting < MOST) {
            holds = false;
            sink.holdReading(Hold.SUBSCRIPTIONS, false);
        }
    }

    /** All filters of a packet have been looked at. */
    void packetTaken() {
        if (!holds && waiting >= MOST) {
            holds = true;
            sink.holdReading(Hold.SUBSCRIPTIONS, true);
        }
    }
}
