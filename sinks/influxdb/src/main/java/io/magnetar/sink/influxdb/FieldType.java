package io.magnetar.sink.influxdb;

import java.util.Locale;

/**
 * The type of a field. The first point decides the type of a field in InfluxDB for good, so that {@link #AUTO} is only
 * for payloads that always have the same one.
 *
 * <p>Thread: immutable.
 */
enum FieldType {
    /** A JSON number is a float, true and false are a boolean, everything else a string. */
    AUTO,
    FLOAT,
    INT,
    UINT,
    BOOL,
    STRING;

    /** As configurations say it. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
