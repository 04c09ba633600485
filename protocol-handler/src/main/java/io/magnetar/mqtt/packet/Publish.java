package io.magnetar.mqtt.packet;

import io.magnetar.message.MessageProperties;
import io.magnetar.message.Qos;

/**
 * PUBLISH, MQTT 5.0 section 3.3.
 *
 * @param packetId 1 to 65,535; 0 at QoS 0
 * @param payload the payload, a copy of its own that is never written to
 */
public record Publish(
        TopicName topic,
        Qos qos,
        boolean dup,
        boolean retain,
        int packetId,
        MessageProperties properties,
        byte[] payload)
        implements Packet {}
