package io.magnetar.mqtt.metrics;

import io.magnetar.mqtt.counters.Counter;
import io.magnetar.mqtt.counters.Counters;
import io.magnetar.mqtt.counters.Drop;
import io.magnetar.mqtt.counters.NamespaceCounts;
import io.magnetar.mqtt.counters.Traffic;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.tenancy.Namespace;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * One namespace, or all that have no lines of their own, with those that were closed.
 *
 * <p>Thread: its maker's.
 *
 * @param label what the namespaces are called
 * @param closed what was counted in those that were closed; null for one namespace
 * @param traffic the sum of all
 */
record NamespaceLine(
        String label,
        List<Namespace> members,
        Counters counters,
        @Nullable NamespaceCounts closed,
        Traffic traffic) {
    /** No tenant can be called so. */
    static final String OTHERS = "(others)";

    boolean isOfOne() {
        return closed == null;
    }

    /** The sum over what the namespaces have now. */
    long sum(ToLongFunction<Namespace> value) {
        long sum = 0;
        for (Namespace member : members) {
            sum += value.applyAsLong(member);
        }
        return sum;
    }

    long dropped(Drop reason) {
        long sum = closed == null ? 0 : counters.drops().closed(reason);
        for (Namespace member : members) {
            sum += counters.drops().get(reason, member);
        }
        return sum;
    }

    long counted(Counter counter) {
        return counted(counts -> counts.get(counter));
    }

    long refused(ReasonCode code) {
        return counted(counts -> counts.refusals(code));
    }

    private long counted(ToLongFunction<NamespaceCounts> value) {
        long sum = closed == null ? 0 : value.applyAsLong(closed);
        for (Namespace member : members) {
            sum += counters.find(member).map(value::applyAsLong).orElse(0L);
        }
        return sum;
    }
}
