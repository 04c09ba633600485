package io.magnetar.mqtt.counters;

import java.util.Locale;

/** What came of asking a source of authentication about a client. Thread: immutable. */
public enum SourceOutcome {
    ALLOWED,
    DENIED,
    /** It does not know the client, and the next one was asked. */
    IGNORED,
    /** It failed, took too long, or was being asked about too many. */
    UNAVAILABLE;

    /** As metrics write it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
