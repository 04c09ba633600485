package io.magnetar.mqtt.access;

import io.magnetar.message.Qos;

/**
 * What a client asks to do.
 *
 * <p>Thread: immutable.
 *
 * @param topic a topic name, or to subscribe the filter of what would be delivered
 * @param qos of the publish, or the highest one wanted
 * @param retain of a publish
 * @param stream the stream that is to be read, by its name; empty for none that is known, and for what is no stream
 */
public record AccessRequest(Action action, String topic, Qos qos, boolean retain, String stream) {
    public static AccessRequest publish(String topic, Qos qos, boolean retain) {
        return new AccessRequest(Action.PUBLISH, topic, qos, retain, "");
    }

    public static AccessRequest subscribe(String filter, Qos qos) {
        return new AccessRequest(Action.SUBSCRIBE, filter, qos, false, "");
    }

    /** To read what a stream keeps of a filter. */
    public static AccessRequest read(String stream, String filter, Qos qos) {
        return new AccessRequest(Action.SUBSCRIBE, filter, qos, false, stream);
    }

    boolean isPublish() {
        return action == Action.PUBLISH;
    }
}
