package io.magnetar.mqtt.retain;

import io.magnetar.message.Message;

/**
 * The retained message of a topic.
 *
 * @param fromHere it was published on this broker since it started, so that those who were subscribed then have it
 */
public record RetainedMessage(Message message, boolean fromHere) {}
