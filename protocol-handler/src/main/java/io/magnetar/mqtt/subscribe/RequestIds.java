package io.magnetar.mqtt.subscribe;

import io.magnetar.mqtt.packet.Packet;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntPredicate;

/**
 * Which packet identifiers a SUBSCRIBE or UNSUBSCRIBE may have: none of a packet that waits for its answer, of these types or a
 * publish above QoS 0 (MQTT 5.0: [MQTT-2.2.1-3], MQTT 3.1.1: [MQTT-2.3.1-2]).
 *
 * <pre>
 *                                         MQTT 5        before
 *   not in use                            NEW           NEW
 *   in use by the same packet             IN_USE        SENT_AGAIN, which clients may do (3.1.1: [MQTT-2.3.1-3])
 *   in use by another packet              IN_USE        IN_USE
 * </pre>
 *
 * <p>Thread: the connection's owner.
 */
final class RequestIds {
    /** What a packet identifier says of its packet. */
    enum Use {
        NEW,
        SENT_AGAIN,
        IN_USE
    }

    private final boolean mayBeSentAgain;
    private final IntPredicate usedByPublish;
    private final Map<Integer, Packet> unanswered = new HashMap<>();

    /** @param usedByPublish tells the packet identifiers of the client's publishes that are under way */
    RequestIds(boolean mqtt5, IntPredicate usedByPublish) {
        this.mayBeSentAgain = !mqtt5;
        this.usedByPublish = usedByPublish;
    }

    /** A packet has come. One that is {@link Use#NEW} has its identifier until it is {@link #answered}. */
    Use take(int packetId, Packet packet) {
        Packet earlier = unanswered.get(packetId);
        if (earlier != null) {
            return mayBeSentAgain && earlier.equals(packet) ? Use.SENT_AGAIN : Use.IN_USE;
        }
        if (usedByPublish.test(packetId)) {
            return Use.IN_USE;
        }
        unanswered.put(packetId, packet);
        return Use.NEW;
    }

    /** Asked about every PUBLISH that comes. */
    boolean isUnanswered(int packetId) {
        return !unanswered.isEmpty() && unanswered.containsKey(packetId);
    }

    void answered(int packetId) {
        unanswered.remove(packetId);
    }
}
