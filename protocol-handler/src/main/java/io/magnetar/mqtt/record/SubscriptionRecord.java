package io.magnetar.mqtt.record;

import io.magnetar.message.Qos;
import io.magnetar.mqtt.packet.Subscribe;
import io.magnetar.stream.Position;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A subscription of a durable session. What it owed before it was replaced is owed as before [MQTT-3.8.4-4].
 *
 * @param subscriptionId the subscription identifier, or {@link Subscribe#NO_ID}
 * @param owing when messages of the queue are owed for it, in order; the last one is open unless it has QoS 0. Empty for what
 *     has had QoS 0 for long, and for a stream
 * @param stream where the reading of a stream began; null for what is no stream
 */
public record SubscriptionRecord(
        Subscribe.Request request,
        int subscriptionId,
        List<Owing> owing,
        @Nullable StreamStart stream) {
    /** Of a client that changes its mind all the time: two become one, and what is between them may come twice. */
    static final int MAX_STRETCHES = 8;

    /** One that owes nothing yet, and is for no stream. */
    public SubscriptionRecord(Subscribe.Request request, int subscriptionId) {
        this(request, subscriptionId, List.of(), null);
    }

    public SubscriptionRecord {
        owing = List.copyOf(owing);
    }

    public String filter() {
        return request.filter();
    }

    public Qos qos() {
        return request.qos();
    }

    /** Whether messages of the queue are owed for it, though it may be only those from before a time. */
    public boolean owes() {
        return !owing.isEmpty();
    }

    /** Whether what is published from now on is owed for it. */
    public boolean isOwing() {
        return owes() && last().isOpen();
    }

    private Owing last() {
        return owing.get(owing.size() - 1);
    }

    /** The last time that tells which of its messages are owed, epoch microseconds; 0 for none. */
    public long latestMicros() {
        return owing.stream()
                .mapToLong(stretch -> stretch.isOpen() ? stretch.sinceMicros() : stretch.untilMicros())
                .max()
                .orElse(0);
    }

    /** The same filter with other options. What has been owed so far is owed still. */
    public SubscriptionRecord changed(Subscribe.Request to, int id, long nowMicros) {
        if (!isOwing()) {
            return new SubscriptionRecord(to, id, owing, stream);
        }
        List<Owing> changed = new ArrayList<>(owing);
        Owing open = changed.remove(changed.size() - 1);
        if (to.qos() == Qos.AT_MOST_ONCE) {
            changed.add(open.until(nowMicros));
        } else if (to.noLocal() != open.noLocal()) {
            changed.add(open.until(nowMicros));
            changed.add(new Owing(to.qos(), to.noLocal(), open.starts(), nowMicros, Owing.OPEN));
        } else {
            changed.add(new Owing(to.qos(), to.noLocal(), open.starts(), open.sinceMicros(), Owing.OPEN));
        }
        return new SubscriptionRecord(to, id, bounded(changed), stream);
    }

    /** From now on messages are owed for it: those received later that are behind these positions. */
    public SubscriptionRecord beginning(List<Position> starts, long nowMicros) {
        List<Owing> all = new ArrayList<>(owing);
        all.add(new Owing(request.qos(), request.noLocal(), starts, nowMicros, Owing.OPEN));
        return new SubscriptionRecord(request, subscriptionId, bounded(all), stream);
    }

    /** Without what was owed until a time, for it is done. */
    public SubscriptionRecord without(long untilMicros) {
        return new SubscriptionRecord(
                request,
                subscriptionId,
                owing.stream()
                        .filter(stretch -> stretch.untilMicros() > untilMicros)
                        .toList(),
                stream);
    }

    private static List<Owing> bounded(List<Owing> all) {
        while (all.size() > MAX_STRETCHES) {
            all.add(0, all.remove(0).and(all.remove(0)));
        }
        return all;
    }
}
