package io.magnetar.mqtt.counters;

import java.util.Locale;

/** What decided whether a client may publish or subscribe. Thread: immutable. */
public enum DecidedBy {
    SUPERUSER,
    /** The rules that its credential brought along. */
    CLIENT,
    /** The built-in rules. */
    RULES,
    FILE,
    HTTP,
    PULSAR,
    /** Nobody had a word: what is preset for the namespace. */
    DEFAULT,
    /** What was decided before for the same topic. */
    CACHE;

    /** As configuration and metrics write it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
