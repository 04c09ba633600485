package io.magnetar.mqtt.codec;

import io.magnetar.mqtt.packet.TopicName;
import io.netty.buffer.ByteBuf;

/** Turns the topic name of a PUBLISH into an object, in the hope that it is one that was met before. */
@FunctionalInterface
public interface TopicNameSource {
    /**
     * The topic name at {@code length} bytes from {@code index}; the indexes of {@code in} stay as they are.
     *
     * @throws PacketException when the bytes are no valid topic name
     */
    TopicName topicName(ByteBuf in, int index, int length) throws PacketException;
}
