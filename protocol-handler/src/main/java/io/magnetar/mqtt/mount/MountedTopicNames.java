package io.magnetar.mqtt.mount;

import io.magnetar.mqtt.codec.PacketException;
import io.magnetar.mqtt.codec.TopicNameSource;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.packet.TopicName;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * Puts a prefix before each topic name.
 *
 * <p>Thread: the owner of the connection.
 */
final class MountedTopicNames implements TopicNameSource {
    private static final int MAX_BYTES = 65_535;

    private final TopicNameSource mounted;
    private final int prefixBytes;
    /** The prefix, and behind it the name that is looked for. */
    private final ByteBuf name;

    MountedTopicNames(byte[] prefix, TopicNameSource mounted) {
        this.mounted = mounted;
        this.prefixBytes = prefix.length;
        this.name = Unpooled.buffer(prefix.length + 128).writeBytes(prefix);
    }

    @Override
    public TopicName topicName(ByteBuf in, int index, int length) throws PacketException {
        if (length == 0) {
            return mounted.topicName(in, index, length); // Refused, as without a prefix.
        }
        if (prefixBytes + length > MAX_BYTES) {
            throw new PacketException(
                    ReasonCode.TOPIC_NAME_INVALID,
                    "a topic name has at most " + (MAX_BYTES - prefixBytes) + " bytes here, for the broker puts "
                            + prefixBytes + " before it");
        }
        name.writerIndex(prefixBytes).writeBytes(in, index, length);
        return mounted.topicName(name, 0, prefixBytes + length);
    }
}
