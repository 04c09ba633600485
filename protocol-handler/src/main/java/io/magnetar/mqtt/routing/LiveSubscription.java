package io.magnetar.mqtt.routing;

import io.magnetar.message.Qos;

/**
 * One subscription of one client, MQTT 5.0 section 3.8.3.1.
 *
 * @param subscriptionId the subscription identifier, 0 for none
 */
public record LiveSubscription(
        LiveSubscriber subscriber, Qos qos, boolean noLocal, boolean retainAsPublished, int subscriptionId) {}
