package io.magnetar.sink.delivery;

/** What a sink does with a record that its destination will never take. */
public enum OnBadRecord {
    /** The sink fails, and its status says why: nothing passes until someone decides. */
    FAIL,
    /** It goes to the dead-letter topic with the reason, and is acknowledged. */
    DEAD_LETTER,
    /** It is acknowledged and counted. */
    SKIP
}
