package io.magnetar.bench.load;

/**
 * How many messages arrived, and what was wrong with them.
 *
 * @param received all arrivals, repeated ones too
 * @param lost sent and never arrived
 * @param duplicates arrivals of a message that was there already
 * @param outOfOrder first arrivals after a later message of the same publisher
 */
public record Accounting(long received, long lost, long duplicates, long outOfOrder) {
    public static final Accounting NONE = new Accounting(0, 0, 0, 0);

    Accounting plus(Accounting other) {
        return new Accounting(
                received + other.received,
                lost + other.lost,
                duplicates + other.duplicates,
                outOfOrder + other.outOfOrder);
    }

    /** The same for who promises no order. */
    Accounting withoutOrder() {
        return new Accounting(received, lost, duplicates, 0);
    }
}
