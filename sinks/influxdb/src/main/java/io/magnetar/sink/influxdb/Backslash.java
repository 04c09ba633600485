package io.magnetar.sink.influxdb;

/**
 * How a server reads a backslash in a measurement, a tag or a field's key. Line protocol leaves it open, and servers
 * differ: with the wrong one a backslash before a comma ends a value early.
 *
 * <p>Thread: immutable.
 */
enum Backslash {
    /** InfluxDB 1 and 2: a backslash is itself unless a comma, an equals sign or a space follows. */
    LITERAL,
    /** InfluxDB 3, GreptimeDB and QuestDB: two of them are one. */
    DOUBLED
}
