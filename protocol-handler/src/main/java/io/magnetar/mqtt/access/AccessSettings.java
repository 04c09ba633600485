package io.magnetar.mqtt.access;

/**
 * What is the case where no rule and nobody else has a word.
 *
 * <p>Thread: immutable.
 *
 * @param allows what no source decides on is allowed
 * @param disconnects who publishes what is denied is disconnected
 * @param rememberedSeconds how long an answer of somebody who was asked counts
 */
public record AccessSettings(boolean allows, boolean disconnects, int rememberedSeconds) {
    /** Everything is allowed. */
    public static final AccessSettings OPEN = new AccessSettings(true, false, 1);
}
