package io.magnetar.mqtt.auth;

import io.magnetar.tenancy.Namespace;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Places that namespaces share. One takes a place while it has fewer than {@value #SHARE} times those that are free: alone it has two thirds of
 * all, two have two fifths each as places become free, and there is room for one more that comes, however many clients of these want in.
 *
 * <p>Thread: any. Two that come at the same moment may see the same place as free, but never more are taken than there are.
 */
final class FairPlaces {
    private static final int SHARE = 2;

    private final int places;
    private final AtomicInteger taken = new AtomicInteger();
    private final Map<Optional<Namespace>, Integer> ofNamespaces = new ConcurrentHashMap<>();

    FairPlaces(int places) {
        this.places = places;
    }

    /** Whether who has so many may have one more. */
    static boolean mayTake(int own, int taken, int places) {
        return own < (long) SHARE * (places - taken);
    }

    /** @param whose null for clients whose namespace is not known, who share places as one namespace does */
    boolean take(@Nullable Namespace whose) {
        int before = taken.getAndIncrement();
        boolean[] may = new boolean[1];
        ofNamespaces.compute(Optional.ofNullable(whose), (same, known) -> {
            int own = known == null ? 0 : known;
            may[0] = before < places && mayTake(own, before, places);
            return may[0] ? Integer.valueOf(own + 1) : known;
        });
        if (!may[0]) {
            taken.decrementAndGet();
        }
        return may[0];
    }

    /** Gives a place back. */
    void leave(@Nullable Namespace whose) {
        ofNamespaces.computeIfPresent(Optional.ofNullable(whose), (same, own) -> own == 1 ? null : own - 1);
        taken.decrementAndGet();
    }
}
