package io.magnetar.mqtt.stream;

import io.magnetar.message.Message;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.queue.Deliveries;
import io.magnetar.mqtt.queue.Deliveries.Met;
import io.magnetar.mqtt.queue.Form;
import io.magnetar.mqtt.queue.Taken;
import io.magnetar.mqtt.record.ProgressLog;
import io.magnetar.stream.Position;
import io.magnetar.stream.StreamReaders.Ended;
import io.magnetar.stream.StreamReaders.StreamMessage;

/**
 * The way of messages to a durable session: QoS 1 and 2 are remembered until they are acknowledged, QoS 0 is done when it is sent.
 *
 * <p>Thread: the session's owner.
 */
final class DurableStreamWay implements StreamWay {
    private final StreamPlace place;
    private final Deliveries deliveries;
    private final ProgressLog progress;
    private final StreamWay unrecorded;

    DurableStreamWay(StreamPlace place, Deliveries deliveries, ProgressLog progress, StreamWay unrecorded) {
        this.place = place;
        this.deliveries = deliveries;
        this.progress = progress;
        this.unrecorded = unrecorded;
    }

    @Override
    public Met meet(StreamMessage next, Message delivered, Form form) {
        return deliveries.meet(place.partition(next.partition()), next.position(), delivered, form);
    }

    @Override
    public boolean send(StreamMessage next, Message delivered, Qos qos, Form form) {
        if (qos == Qos.AT_MOST_ONCE) {
            boolean left = unrecorded.send(next, delivered, qos, form);
            if (left) {
                count(next);
            }
            return left;
        }
        if (!deliveries.hasRoom()) {
            return false;
        }
        count(next);
        Taken taken = place.partition(next.partition());
        deliveries.take(taken, next.position(), qos, delivered, form);
        return true;
    }

    /** The marker of the end tells the number, and is none of them. */
    private void count(StreamMessage sent) {
        if (sent.partition() != Ended.PARTITION) {
            place.count();
        }
    }

    @Override
    public long sent() {
        return place.sent();
    }

    @Override
    public void passed(int partition, Position upTo) {
        place.partition(partition).examined(upTo, deliveries::lost);
        progress.changed();
    }
}
