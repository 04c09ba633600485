package io.magnetar.mqtt.codec;

import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.topic.TopicNames;
import io.netty.buffer.ByteBuf;
import java.util.Optional;

/** Reads and checks the text of a topic name that was not met before. Stateless. */
public final class TopicNameText {
    private TopicNameText() {}

    /** @throws PacketException when the bytes are no well-formed UTF-8, or no topic name, or one with more levels */
    public static String read(ByteBuf in, int index, int length, int maxLevels) throws PacketException {
        String topic = WireReader.decodeUtf8(in, index, length);
        if (TopicNames.levels(topic) > maxLevels) {
            throw new PacketException(
                    ReasonCode.TOPIC_NAME_INVALID, "a topic name has at most " + maxLevels + " levels here");
        }
        Optional<String> problem = TopicNames.problem(topic);
        if (problem.isPresent()) {
            throw new PacketException(ReasonCode.TOPIC_NAME_INVALID, problem.get());
        }
        return topic;
    }
}
