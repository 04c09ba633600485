package io.magnetar.mqtt.record;

import io.magnetar.message.Qos;
import io.magnetar.stream.Position;
import java.util.List;

/**
 * A stretch of time in which a subscription owes what is published at QoS 1 or 2. Who got a message live, because it was matched
 * before or after the stretch, is told by its receive time; the positions tell from where on the queue is to be read.
 *
 * @param qos the highest that its messages are sent at
 * @param noLocal the client's own messages are not owed
 * @param starts by partition of the queue, the position after which it begins: nothing at it or before is owed
 * @param sinceMicros nothing received then or before is owed, epoch microseconds
 * @param untilMicros nothing received later is owed, epoch microseconds; {@link #OPEN} while the subscription goes on so
 */
public record Owing(Qos qos, boolean noLocal, List<Position> starts, long sinceMicros, long untilMicros) {
    public static final long OPEN = Long.MAX_VALUE;

    public Owing {
        starts = List.copyOf(starts);
    }

    public boolean isOpen() {
        return untilMicros == OPEN;
    }

    /** Whether a message is in it. */
    public boolean covers(int partition, Position position, long receivedMicros, boolean own) {
        return receivedMicros > sinceMicros
                && receivedMicros <= untilMicros
                && position.isAfter(starts.get(partition))
                && !(noLocal && own); // [MQTT-3.8.3-3]
    }

    Owing until(long micros) {
        return new Owing(qos, noLocal, starts, sinceMicros, micros);
    }

    /** This and the next one, and what lies between them. */
    Owing and(Owing next) {
        return new Owing(
                qos.value() > next.qos.value() ? qos : next.qos,
                noLocal && next.noLocal,
                starts,
                sinceMicros,
                next.untilMicros);
    }
}
