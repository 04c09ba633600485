package io.magnetar.mqtt.retain;

import io.magnetar.message.Message;

/**
 * The retained message of a topic.
 *
 * @param subscribersSoughtMicros who was subscribed at this time, epoch microseconds, gets or got it as it was published;
 *     {@link #NOT_PUBLISHED_HERE} when that was not on this broker since it started
 */
public record RetainedMessage(Message message, long subscribersSoughtMicros) {
    static final long NOT_PUBLISHED_HERE = 0;
}
