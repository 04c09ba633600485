package io.magnetar.mqtt.counters;

/** What is measured how long it takes, with the upper bounds of its histogram's buckets in microseconds. */
public enum Latency {
    /** One append of 64, to a stream. */
    STREAM_APPEND,
    /** One append of 64, to what is owed to durable sessions. */
    MESSAGES_APPEND,
    /** One append of 64, to the log of retained messages. */
    RETAINED_APPEND,
    /** QoS 1 and 2 messages that waited for their subscriber's acknowledgements. */
    QUEUE,
    /** How much later than planned an event loop runs a task, measured once a second. */
    EVENT_LOOP_LAG;

    private static final long[] BOUNDS_MICROS = {
        100,
        250,
        500,
        1_000,
        2_500,
        5_000,
        10_000,
        25_000,
        50_000,
        100_000,
        250_000,
        500_000,
        1_000_000,
        2_500_000,
        5_000_000,
        10_000_000,
        30_000_000
    };

    static long[] boundsMicros() {
        return BOUNDS_MICROS.clone();
    }
}
