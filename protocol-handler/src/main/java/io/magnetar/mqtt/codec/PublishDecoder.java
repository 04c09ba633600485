package io.magnetar.mqtt.codec;

import io.magnetar.message.MessageProperties;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.packet.ProtocolVersion;
import io.magnetar.mqtt.packet.Publish;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.packet.TopicName;
import io.magnetar.topic.TopicNames;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Reads PUBLISH, MQTT 5.0 section 3.3. Thread: the connection's event loop. */
final class PublishDecoder {
    private final boolean mqtt5;
    private final TopicNameSource topicNames;

    PublishDecoder(ProtocolVersion version, TopicNameSource topicNames) {
        this.mqtt5 = version.isMqtt5();
        this.topicNames = topicNames;
    }

    Publish decode(int header, ByteBuf body) throws PacketException {
        int qosBits = (header >> 1) & 3;
        if (qosBits == 3) {
            throw PacketException.malformed("QoS is 0, 1 or 2, not 3");
        }
        boolean dup = (header & 8) != 0;
        if (dup && qosBits == 0) {
            throw PacketException.malformed("DUP is not set at QoS 0");
        }
        int topicLength = WireReader.readTwoBytes(body);
        WireReader.need(body, topicLength);
        int topicIndex = body.readerIndex();
        body.skipBytes(topicLength);
        int packetId = qosBits == 0 ? 0 : WireReader.readPacketId(body);
        MessageProperties properties = mqtt5 ? readProperties(body) : MessageProperties.NONE;
        TopicName topic = topicNames.topicName(body, topicIndex, topicLength);
        byte[] payload = new byte[body.readableBytes()];
        body.readBytes(payload);
        if (properties.payloadIsUtf8()) {
            checkPayload(payload);
        }
        return new Publish(topic, Qos.of(qosBits), dup, (header & 1) != 0, packetId, properties, payload);
    }

    private static MessageProperties readProperties(ByteBuf body) throws PacketException {
        Properties properties = Properties.read(body, Property.Place.PUBLISH);
        if (properties == Properties.NONE) {
            return MessageProperties.NONE;
        }
        if (properties.has(Property.TOPIC_ALIAS)) {
            // CONNACK grants none: its Topic Alias Maximum is absent, which means 0.
            throw new PacketException(ReasonCode.TOPIC_ALIAS_INVALID, "topic aliases are not available");
        }
        long expirySeconds = properties.number(Property.MESSAGE_EXPIRY_INTERVAL, -1);
        return messageProperties(
                properties,
                expirySeconds < 0
                        ? MessageProperties.NEVER_EXPIRES
                        : System.currentTimeMillis() + expirySeconds * 1_000);
    }

    /** The properties that PUBLISH and the will have in common. */
    static MessageProperties messageProperties(Properties properties, long expiresAtMillis) throws PacketException {
        String responseTopic = properties.string(Property.RESPONSE_TOPIC);
        checkResponseTopic(responseTopic);
        return new MessageProperties(
                properties.flag(Property.PAYLOAD_FORMAT_INDICATOR, false),
                expiresAtMillis,
                properties.string(Property.CONTENT_TYPE),
                responseTopic,
                properties.binary(Property.CORRELATION_DATA),
                properties.userProperties());
    }

    /** A response topic has no wildcards [MQTT-3.3.2-14]. */
    private static void checkResponseTopic(@Nullable String responseTopic) throws PacketException {
        if (responseTopic != null && TopicNames.problem(responseTopic).isPresent()) {
            throw PacketException.protocolError("the response topic is no topic name");
        }
    }

    static void checkPayload(byte[] payload) throws PacketException {
        try {
            WireReader.checkUtf8(payload);
        } catch (PacketException e) {
            throw new PacketException(
                    ReasonCode.PAYLOAD_FORMAT_INVALID, "the payload is said to be UTF-8 and is not well formed");
        }
    }
}
