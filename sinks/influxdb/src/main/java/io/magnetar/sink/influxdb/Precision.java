package io.magnetar.sink.influxdb;

import java.math.BigDecimal;

/**
 * The unit of a point's timestamp on the wire. Servers keep nanoseconds (QuestDB microseconds).
 *
 * <p>Thread: immutable.
 */
enum Precision {
    NS("ns", "n", "nanosecond", 1),
    US("us", "u", "microsecond", 1_000),
    MS("ms", "ms", "millisecond", 1_000_000),
    S("s", "s", "second", 1_000_000_000);

    private final String v2;
    private final String v1;
    private final String v3;
    private final long nanos;

    Precision(String v2, String v1, String v3, long nanos) {
        this.v2 = v2;
        this.v1 = v1;
        this.v3 = v3;
        this.nanos = nanos;
    }

    /** Its name in a query of {@code /write} of InfluxDB 1. */
    String v1() {
        return v1;
    }

    /** Its name in a query of {@code /api/v2/write}, and in our configuration. */
    String v2() {
        return v2;
    }

    /** Its name in a query of {@code /api/v3/write_lp}. */
    String v3() {
        return v3;
    }

    /** Rounds down. */
    long fromMicros(long micros) {
        return nanos <= 1_000 ? Math.multiplyExact(micros, 1_000 / nanos) : Math.floorDiv(micros, nanos / 1_000);
    }

    /** A time in this unit that {@link #holds(long)} is true of, in another one; rounded down. */
    long to(Precision other, long time) {
        return nanos >= other.nanos ? time * (nanos / other.nanos) : Math.floorDiv(time, other.nanos / nanos);
    }

    BigDecimal nanos() {
        return BigDecimal.valueOf(nanos);
    }

    /** Whether a timestamp in this unit is one that servers can keep: 64 bits of nanoseconds. */
    boolean holds(long timestamp) {
        long limit = Long.MAX_VALUE / nanos;
        return timestamp >= -limit && timestamp <= limit;
    }

    /** As {@link #holds(long)}, of any number. */
    boolean holds(BigDecimal timestamp) {
        return timestamp.abs().compareTo(BigDecimal.valueOf(Long.MAX_VALUE / nanos)) <= 0;
    }
}
