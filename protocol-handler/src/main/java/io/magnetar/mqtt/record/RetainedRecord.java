package io.magnetar.mqtt.record;

import io.magnetar.message.Qos;

/**
 * A retained message that is on its way to a durable session because it has subscribed.
 *
 * @param receivedMicros the receive time of the message, epoch microseconds: a later one of the topic may have taken its place
 * @param subscriptionId how it was sent first, 0 for none
 */
public record RetainedRecord(String topic, long receivedMicros, Qos qos, int packetId, int subscriptionId) {}
