package io.magnetar.mqtt.retain;

import io.magnetar.message.Message;

/**
 * The retained message of a topic.
 *
 * @param subscribersSoughtMicros who was subscribed at this time, epoch microseconds, gets or got it as it was published; 0 when
 *     it was not published on this broker since it started
 */
public record RetainedMessage(Message message, long subscribersSoughtMicros) {}
