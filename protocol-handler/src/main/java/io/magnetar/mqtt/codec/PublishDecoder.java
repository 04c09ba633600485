package io.magnetar.mqtt.codec;

import io.magnetar.message.MessageProperties;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.packet.ProtocolVersion;
import io.magnetar.mqtt.packet.Publish;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.packet.TopicName;
import io.magnetar.topic.TopicNames;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads PUBLISH, MQTT 5.0 section 3.3, and knows the topic aliases of its connection: they lead to the topic names that they stand
 * for without a lookup.
 *
 * <p>Thread: the connection's event loop.
 */
final class PublishDecoder {
    /** The size of a property section that has a topic alias and nothing else. */
    private static final int ALIAS_ONLY_BYTES = 3;

    private final ProtocolVersion version;
    private final int topicAliasMaximum;
    private final TopicNameSource topicNames;
    /** By alias; as long as the highest one in use needs it. */
    private @Nullable TopicName[] aliases = new TopicName[0];
    /** The alias of the PUBLISH that is being read, 0 for none. */
    private int alias;

    PublishDecoder(ProtocolVersion version, int topicAliasMaximum, TopicNameSource topicNames) {
        this.version = version;
        this.topicAliasMaximum = topicAliasMaximum;
        this.topicNames = topicNames;
    }

    Publish decode(int header, ByteBuf body) throws PacketException {
        int qosBits = (header >> 1) & 3;
        if (qosBits == 3) {
            throw PacketException.malformed("QoS is 0, 1 or 2, not 3"); // [MQTT-3.3.1-4]
        }
        boolean dup = (header & 8) != 0;
        if (dup && qosBits == 0 && !version.isMqtt31()) {
            throw PacketException.malformed("DUP is not set at QoS 0"); // [MQTT-3.3.1-2]
        }
        int topicLength = WireReader.readTwoBytes(body);
        WireReader.need(body, topicLength);
        int topicIndex = body.readerIndex();
        body.skipBytes(topicLength);
        int packetId = qosBits == 0 ? 0 : WireReader.readPacketId(body);
        alias = 0;
        MessageProperties properties = version.isMqtt5() ? readProperties(body) : MessageProperties.NONE;
        TopicName topic =
                alias == 0 ? plainTopic(body, topicIndex, topicLength) : aliasedTopic(body, topicIndex, topicLength);
        byte[] payload = new byte[body.readableBytes()];
        body.readBytes(payload);
        return new Publish(topic, Qos.of(qosBits), dup, (header & 1) != 0, packetId, properties, payload);
    }

    private TopicName plainTopic(ByteBuf body, int index, int length) throws PacketException {
        if (length == 0 && version.isMqtt5()) {
            throw PacketException.protocolError("a topic name may be empty only when there is a topic alias");
        }
        return topicNames.topicName(body, index, length);
    }

    private TopicName aliasedTopic(ByteBuf body, int index, int length) throws PacketException {
        if (length == 0) {
            TopicName known = alias < aliases.length ? aliases[alias] : null;
            if (known == null) {
                throw PacketException.protocolError("topic alias " + alias + " does not stand for a topic yet");
            }
            return known;
        }
        TopicName topic = topicNames.topicName(body, index, length);
        if (alias >= aliases.length) {
            aliases = Arrays.copyOf(aliases, Math.min(topicAliasMaximum + 1, 2 * alias + 1));
        }
        aliases[alias] = topic;
        return topic;
    }

    private MessageProperties readProperties(ByteBuf body) throws PacketException {
        if (body.readableBytes() > ALIAS_ONLY_BYTES
                && body.getByte(body.readerIndex()) == ALIAS_ONLY_BYTES
                && body.getByte(body.readerIndex() + 1) == Property.TOPIC_ALIAS.id()) {
            body.skipBytes(2);
            takeAlias(body.readUnsignedShort());
            return MessageProperties.NONE;
        }
        Properties properties = Properties.read(body, Property.Place.PUBLISH);
        if (properties == Properties.NONE) {
            return MessageProperties.NONE;
        }
        if (properties.has(Property.TOPIC_ALIAS)) {
            takeAlias((int) properties.number(Property.TOPIC_ALIAS, 0));
        }
        long expirySeconds = properties.number(Property.MESSAGE_EXPIRY_INTERVAL, -1);
        return messageProperties(
                properties,
                expirySeconds < 0
                        ? MessageProperties.NEVER_EXPIRES
                        : System.currentTimeMillis() + expirySeconds * 1_000);
    }

    /** Refuses an alias of 0 [MQTT-3.3.2-8] and one above what CONNACK granted [MQTT-3.3.2-9]. */
    private void takeAlias(int given) throws PacketException {
        if (given == 0 || given > topicAliasMaximum) {
            throw new PacketException(
                    ReasonCode.TOPIC_ALIAS_INVALID,
                    topicAliasMaximum == 0
                            ? "topic aliases are not available"
                            : "a topic alias is 1 to " + topicAliasMaximum + ", not " + given);
        }
        alias = given;
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
}
