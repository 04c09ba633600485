package io.magnetar.bench.sinks;

/** Rows into a destination. */
interface Writing extends AutoCloseable {
    /** Writes so many rows, and returns when the destination has confirmed all of them. */
    void write(long rows) throws Exception;

    @Override
    void close() throws Exception;
}
