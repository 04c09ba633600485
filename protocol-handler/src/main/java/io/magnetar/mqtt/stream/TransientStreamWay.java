package io.magnetar.mqtt.stream;

import io.magnetar.message.Message;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.counters.Counter;
import io.magnetar.mqtt.counters.Counters;
import io.magnetar.mqtt.publish.OutboundPublishFlow;
import io.magnetar.mqtt.queue.Deliveries.Met;
import io.magnetar.mqtt.queue.Form;
import io.magnetar.stream.Position;
import io.magnetar.stream.StreamReaders.StreamMessage;

/**
 * The way of messages that nobody remembers: the session ends with its connection.
 *
 * <p>Thread: the connection's owner.
 */
final class TransientStreamWay implements StreamWay {
    private final OutboundPublishFlow outbound;
    private final Counters counters;
    private long sent;

    TransientStreamWay(OutboundPublishFlow outbound, Counters counters) {
        this.outbound = outbound;
        this.counters = counters;
    }

    @Override
    public Met meet(StreamMessage next, Message delivered, Form form) {
        return Met.NEW;
    }

    @Override
    public boolean send(StreamMessage next, Message delivered, Qos qos, Form form) {
        if (!outbound.canSend(qos)) {
            return false;
        }
        outbound.send(delivered, qos, delivered.retain() && form.retainAsPublished(), form.subscriptionIds());
        sent++;
        counters.count(Counter.STREAM_MESSAGES_DELIVERED);
        return true;
    }

    @Override
    public long sent() {
        return sent;
    }

    @Override
    public void passed(int partition, Position upTo) {}
}
