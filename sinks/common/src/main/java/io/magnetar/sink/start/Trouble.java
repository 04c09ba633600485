package io.magnetar.sink.start;

/** What a sink's context takes beside metrics: why records wait, for the sink's status. */
@FunctionalInterface
interface Trouble {
    /** @param reason for people, the same each time for the same trouble: Pulsar makes a metric's label of it */
    void tell(String reason);
}
