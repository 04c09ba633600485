package io.magnetar.mqtt.queue;

import io.magnetar.mqtt.clock.BrokerClock;
import io.magnetar.mqtt.owner.Owner;
import io.magnetar.mqtt.record.Owing;
import io.magnetar.mqtt.record.SubscriptionRecord;
import io.magnetar.stream.Position;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds out when all is done that subscriptions owed before they were changed: when the session has come to where the queue ended
 * once nothing received before the change could still be on its way into it.
 *
 * <p>Thread: the session's owner.
 */
public final class PastOwing {
    /** As long as a message may wait for a log, and more. */
    private static final long APPENDED_MICROS = TimeUnit.MINUTES.toMicros(70);

    private final Owner owner;
    private final BrokerClock clock;
    private @Nullable List<Position> ends;
    /** When the ends were asked for, epoch microseconds; 0 before that. */
    private long askedMicros;

    private boolean asking;

    /** A subscription of which all is done that was owed until then. */
    public record Passed(String filter, long untilMicros) {}

    PastOwing(Owner owner, BrokerClock clock) {
        this.owner = owner;
        this.clock = clock;
    }

    /** @param isBehind whether a subscription's partitions have been examined up to these positions */
    List<Passed> passed(
            Collection<SubscriptionRecord> subscriptions,
            NamespaceQueue queue,
            BiPredicate<SubscriptionRecord, List<Position>> isBehind) {
        long appended = TimeUnit.MILLISECONDS.toMicros(clock.millis()) - APPENDED_MICROS;
        List<Passed> passed = new ArrayList<>();
        for (SubscriptionRecord subscription : subscriptions) {
            long until = lastBefore(subscription, appended);
            List<Position> known = ends;
            if (until == 0) {
                continue;
            }
            if (known == null || askedMicros < until + APPENDED_MICROS) {
                ask(queue);
            } else if (isBehind.test(subscription, known)) {
                passed.add(new Passed(subscription.filter(), until));
            }
        }
        return passed;
    }

    /** The end of the last stretch that ended before a time; 0 when there is none. */
    private static long lastBefore(SubscriptionRecord subscription, long micros) {
        return subscription.owing().stream()
                .mapToLong(Owing::untilMicros)
                .filter(until -> until < micros)
                .max()
                .orElse(0);
    }

    private void ask(NamespaceQueue queue) {
        if (asking) {
            return;
        }
        asking = true;
        long asked = TimeUnit.MILLISECONDS.toMicros(clock.millis());
        var unused = queue.ends()
                .whenComplete((answer, failure) -> owner.execute(() -> {
                    asking = false;
                    if (failure == null) {
                        ends = answer;
                        askedMicros = asked;
                    }
                }));
    }
}
