package io.magnetar.mqtt.publish;

import io.magnetar.message.Qos;
import io.magnetar.mqtt.packet.Publish;
import io.magnetar.mqtt.packet.ReasonCode;
import org.jspecify.annotations.Nullable;

/**
 * Why a publish is not taken.
 *
 * @param code for PUBACK or PUBREC
 * @param reason for the client
 */
record Refusal(ReasonCode code, String reason) {
    /**
     * What is wrong with the packet identifier of a publish (MQTT 5.0: [MQTT-2.2.1-3], 3.1.1: [MQTT-2.3.1-2]); null for nothing.
     *
     * @param ofRequest it is the one of a SUBSCRIBE or UNSUBSCRIBE that is not answered
     */
    static @Nullable Refusal ofIdentifier(Publish publish, boolean ofRequest, ReceivedPublishes received) {
        if (publish.qos() == Qos.AT_MOST_ONCE) {
            return null;
        }
        if (ofRequest) {
            return new Refusal(
                    ReasonCode.PACKET_IDENTIFIER_IN_USE,
                    "a SUBSCRIBE or UNSUBSCRIBE with the identifier " + publish.packetId() + " is not answered yet");
        }
        if (publish.qos() == Qos.AT_LEAST_ONCE && received.has(publish.packetId())) {
            return new Refusal(
                    ReasonCode.PACKET_IDENTIFIER_IN_USE,
                    "a QoS 2 publish with the identifier " + publish.packetId() + " waits for its PUBREL");
        }
        return null;
    }
}
