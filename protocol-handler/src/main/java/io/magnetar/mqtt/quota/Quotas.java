package io.magnetar.mqtt.quota;

import io.magnetar.tenancy.Namespace;
import io.magnetar.tenancy.NamespaceProperties;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;

/**
 * What each namespace may use of this broker: what its operator has set, and else what the broker's configuration says. Changes are in
 * force at once, for those who are connected too.
 *
 * <p>Thread: any.
 */
public final class Quotas {
    private final NamespaceLimits preset;
    private final NamespaceProperties properties;
    private final LongSupplier nanoTime;
    private final Map<Namespace, NamespaceQuota> quotas = new ConcurrentHashMap<>();

    /**
     * @param preset what is in force where nothing is set
     * @param nanoTime the time that rises
     */
    public Quotas(NamespaceLimits preset, NamespaceProperties properties, LongSupplier nanoTime) {
        this.preset = preset;
        this.properties = properties;
        this.nanoTime = nanoTime;
        properties.onChange(this::changed);
    }

    /** Of namespaces for which nothing is set. */
    public static Quotas preset(NamespaceLimits limits) {
        return new Quotas(limits, NamespaceProperties.NONE, System::nanoTime);
    }

    /** What is in force where nothing is set. */
    public NamespaceLimits preset() {
        return preset;
    }

    /** The quota of a namespace; the same object while it is open. */
    public NamespaceQuota of(Namespace namespace) {
        NamespaceQuota known = quotas.get(namespace);
        return known == null ? quotas.computeIfAbsent(namespace, this::quota) : known;
    }

    private NamespaceQuota quota(Namespace namespace) {
        return new NamespaceQuota(limits(namespace), nanoTime.getAsLong());
    }

    /** The limits of a namespace, be it open or not. */
    public NamespaceLimits limits(Namespace namespace) {
        NamespaceQuota known = quotas.get(namespace);
        return known == null ? LimitProperties.limits(properties.of(namespace), preset) : known.limits();
    }

    /** Under the lock of the entry, so that the last word of two that come at once is in force. */
    private void changed(Namespace namespace) {
        quotas.computeIfPresent(namespace, (same, quota) -> {
            quota.change(LimitProperties.limits(properties.of(namespace), preset), nanoTime.getAsLong());
            return quota;
        });
    }

    /** The tenant was deleted: those who are still connected keep what they have, and it counts for nobody. */
    public void close(Namespace namespace) {
        quotas.remove(namespace);
    }

    /** Passes all namespaces that have used anything. */
    public void forEach(BiConsumer<Namespace, NamespaceQuota> visitor) {
        quotas.forEach(visitor);
    }
}
