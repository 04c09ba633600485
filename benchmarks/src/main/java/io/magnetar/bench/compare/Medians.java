package io.magnetar.bench.compare;

import java.util.Collection;

/** The value in the middle. Thread: any, because it keeps nothing. */
final class Medians {
    private Medians() {}

    /** @param values at least one */
    static double of(Collection<? extends Number> values) {
        double[] sorted =
                values.stream().mapToDouble(Number::doubleValue).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
