package io.magnetar.stream;

/**
 * Why a stream did not take or give a message.
 *
 * @param kind what the client can do about it
 * @param reason for the client and the log: what was wrong, without any payload
 */
public record StreamFailure(Kind kind, String reason) {
    /** Whether the publisher is to hear of it: a stream that wants nothing any more, or has it from elsewhere, hinders nobody. */
    public boolean isFailure() {
        return kind != Kind.GONE && kind != Kind.NOT_TAKEN;
    }

    /** What the client can do about a failure. */
    public enum Kind {
        /** The log cannot be reached now: try again later. */
        UNAVAILABLE,
        /** A quota is used up. */
        QUOTA_EXCEEDED,
        /** The message can never be stored: too large. */
        TOO_LARGE,
        /** The stream is gone: it was deleted, and wants nothing any more. */
        GONE,
        /** No failure: the stream has the message, or gets it, from the stream that it is filled from. */
        NOT_TAKEN,
        /** Not allowed. */
        REFUSED,
        /** The Pulsar broker is not configured for it. */
        UNSUPPORTED,
        /** The stream has nothing where the reading is to begin. */
        NO_SUCH_POSITION
    }
}
