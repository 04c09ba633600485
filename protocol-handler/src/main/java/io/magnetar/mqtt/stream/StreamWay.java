package io.magnetar.mqtt.stream;

import io.magnetar.message.Message;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.queue.Deliveries.Met;
import io.magnetar.mqtt.queue.Form;
import io.magnetar.stream.Position;
import io.magnetar.stream.StreamReaders.StreamMessage;

/**
 * The way of a subscription's messages to its client, and what is remembered of it.
 *
 * <p>Thread: the connection's owner.
 */
interface StreamWay {
    /** A message has come: was it on its way before? What is to go out again has gone when the answer is {@link Met#TAKEN}. */
    Met meet(StreamMessage next, Message delivered, Form form);

    /** Sends a message. @return false when there is no room for it now */
    boolean send(StreamMessage next, Message delivered, Qos qos, Form form);

    /** How many messages were sent, each counted once however often it leaves. */
    long sent();

    /** All in a partition up to a position was looked at. */
    void passed(int partition, Position upTo);
}
