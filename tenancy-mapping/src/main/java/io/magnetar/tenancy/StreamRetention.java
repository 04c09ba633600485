package io.magnetar.tenancy;

/**
 * The policies that a namespace for streams is created with.
 *
 * @param minutes how long a stream keeps a message, whatever its size; -1 for ever
 * @param backlogBytes how much a subscription may leave unread in a topic before Pulsar takes the oldest of it away: a
 *     forgotten subscription neither stops a stream nor fills the disk; -1 for no limit
 */
public record StreamRetention(int minutes, long backlogBytes) {
    private static final long DEFAULT_BACKLOG_BYTES = 10L << 30;

    /** With 10 GiB for a subscription's backlog. */
    public static StreamRetention ofMinutes(int minutes) {
        return new StreamRetention(minutes, DEFAULT_BACKLOG_BYTES);
    }
}
