package io.magnetar.mqtt.flow;

/**
 * What one client may use.
 *
 * @param receiveMaximum QoS 1 and 2 publishes of the client that are under way at once
 * @param maxInflightMessages QoS 1 and 2 messages on their way to the client at once, at most its own Receive Maximum
 * @param maxQueuedMessages QoS 1 and 2 messages that wait for the client
 * @param maxQueuedBytes the bytes of their payloads
 * @param maxSubscriptions subscriptions of the client
 * @param maxTopicLevels levels of a topic that the client publishes or subscribes to
 * @param maxPendingAppendBytes payload bytes of the client that wait for a stream's confirmation, beyond which its connection is
 *     not read
 * @param maxBrokerPendingAppendBytes the same for all clients of the broker together
 * @param checksPayloadFormat a payload that is said to be UTF-8 must be
 */
public record SessionLimits(
        int receiveMaximum,
        int maxInflightMessages,
        int maxQueuedMessages,
        int maxQueuedBytes,
        int maxSubscriptions,
        int maxTopicLevels,
        long maxPendingAppendBytes,
        long maxBrokerPendingAppendBytes,
        boolean checksPayloadFormat) {}
