package io.magnetar.mqtt.record;

/**
 * Keeps the progress of one session.
 *
 * <p>Thread: the session's owner.
 */
public interface ProgressLog {
    /** The progress has changed: it is saved within about a second. */
    void changed();

    /** The progress has changed, and {@code then} runs at the owner when it is saved. Many changes share one record. */
    void afterSave(Runnable then);
}
