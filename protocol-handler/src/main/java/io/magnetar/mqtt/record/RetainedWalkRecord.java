package io.magnetar.mqtt.record;

/**
 * How far a durable session has come with the retained messages that it gets because it has subscribed, at QoS 1 or 2.
 *
 * @param filter of the subscription
 * @param place no topic before it is still to be sent
 * @param sinceMicros what was published since, epoch microseconds, is owed by the queue; {@link #NOT_BEGUN} when the subscription
 *     was not answered yet
 */
public record RetainedWalkRecord(String filter, String place, long sinceMicros) {
    public static final long NOT_BEGUN = Long.MAX_VALUE;
}
