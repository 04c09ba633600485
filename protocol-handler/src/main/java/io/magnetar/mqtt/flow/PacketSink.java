package io.magnetar.mqtt.flow;

import io.magnetar.message.Message;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.codec.SharedPublish;
import io.magnetar.mqtt.packet.Auth;
import io.magnetar.mqtt.packet.ConnAck;
import io.magnetar.mqtt.packet.PacketType;
import io.magnetar.mqtt.packet.ReasonCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A connection as the session's flows see it: packets out, reading held back, the end. Packets leave in the order of the calls;
 * after the connection has ended they go nowhere.
 *
 * <p>Thread: the connection's owner.
 */
public interface PacketSink {
    void connAck(ConnAck connAck);

    /** @param reason a reason string for MQTT 5, or null */
    void acknowledge(PacketType type, int packetId, ReasonCode code, @Nullable String reason);

    void subAck(int packetId, List<ReasonCode> codes, @Nullable String reason);

    void unsubAck(int packetId, List<ReasonCode> codes, @Nullable String reason);

    /** A step of enhanced authentication. */
    void auth(Auth auth);

    void pingResp();

    /**
     * Sends a message that many get, in a form that it was prepared with.
     *
     * @param packetId 0 at QoS 0
     * @return false when the packet is larger than the client takes, and was not sent [MQTT-3.1.2-24]
     */
    boolean publish(SharedPublish publish, Qos qos, int packetId);

    /**
     * Sends a message that only this client gets in this form.
     *
     * @param dup it was sent before with the same packet id
     * @param packetId 0 at QoS 0
     * @return false when the packet is larger than the client takes, and was not sent [MQTT-3.1.2-24]
     */
    boolean publish(Message message, Qos qos, boolean dup, boolean retain, int packetId, int[] subscriptionIds);

    /** False while more bytes wait for the client than its outbound buffer should hold, and while it is sent no more than it may. */
    boolean isWritable();

    /** Whether nothing is sent for a while because the client, or its namespace, has been sent as much as it may. */
    default boolean isPaced() {
        return false;
    }

    /** Stops the reading of the client's packets for a reason, or ends that: they are read while there is none. */
    void holdReading(Hold reason, boolean hold);

    /** Ends the connection, after DISCONNECT with the code where the client speaks MQTT 5. */
    void disconnect(ReasonCode code, @Nullable String reason);

    /** Ends the connection without a word. */
    void close();
}
