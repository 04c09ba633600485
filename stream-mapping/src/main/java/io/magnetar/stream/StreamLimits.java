package io.magnetar.stream;

/**
 * How much each partition of a stream holds, beside the retention in time and bytes that Pulsar's policies say.
 *
 * <p>Thread: immutable.
 *
 * @param maxMessages {@code mqtt.max-messages}; {@link #UNLIMITED} for any number
 * @param maxBytes {@code mqtt.max-bytes}; {@link #UNLIMITED} for any number
 * @param rejects what comes on top is refused ({@code mqtt.when-full=reject}); else the oldest goes
 */
public record StreamLimits(long maxMessages, long maxBytes, boolean rejects) {
    public static final long UNLIMITED = 0;
    /** No limits. */
    public static final StreamLimits NONE = new StreamLimits(UNLIMITED, UNLIMITED, false);

    public boolean isLimited() {
        return maxMessages != UNLIMITED || maxBytes != UNLIMITED;
    }

    /** Whether publishes may be refused. */
    public boolean isQuota() {
        return rejects && isLimited();
    }

    /** How many of the last messages of a partition are part of the stream; {@link #UNLIMITED} for all. */
    public long lastMessages() {
        return rejects ? UNLIMITED : maxMessages;
    }
}
