package io.magnetar.mqtt.share;

/** A member as {@link SharedStrategy} looks at it. */
interface Candidate {
    /** How many messages of groups it has and has not acknowledged. */
    int inflight();
}
