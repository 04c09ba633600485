package io.magnetar.mqtt.queue;

import io.magnetar.message.Qos;
import io.magnetar.stream.Position;

/**
 * A message of a log that a session, or a group, has taken.
 *
 * <pre>
 *   taken at QoS 1 ------------------------> SENT --PUBACK--> DONE
 *   taken at QoS 2 --> SAVING --recorded--> SENT --PUBREC--> DONE (its packet id goes on: PUBREL, PUBCOMP)
 *   on its way when the last connection ended: HELD --met in the log again--> SENT
 * </pre>
 *
 * Thread: the session's owner.
 */
public final class Delivery {
    enum State {
        HELD,
        SAVING,
        SENT,
        DONE
    }

    final DeliveryPlace place;
    final Position position;
    /** The position that was examined before it: all up to there is done when this is the first that is not. */
    final Position before;

    final Qos qos;
    final int packetId;
    State state;
    /** Its user wants it no longer, and would not meet it again on another connection. */
    boolean abandoned;

    Delivery(DeliveryPlace place, Position position, Position before, Qos qos, int packetId, State state) {
        this.place = place;
        this.position = position;
        this.before = before;
        this.qos = qos;
        this.packetId = packetId;
        this.state = state;
    }
}
