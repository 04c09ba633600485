package io.magnetar.mqtt.routing;

import io.magnetar.mqtt.codec.SharedPublish;

/** A shared subscription as a match sees it: a message goes to one of its members. Thread: any. */
public interface SharedSubscription {
    /**
     * Hands a message to one member, or keeps it until one takes it.
     *
     * @return false when the publisher should pause
     */
    boolean deliver(SharedPublish publish);

    /**
     * Tells whether it takes QoS 1 and 2 from the queue instead. An answer is good for the match that is made of it: the version of
     * the routing table rises after it has changed.
     */
    boolean readsQueue();

    /** The bits of the shared forms that messages take on their way to its members. */
    int forms(boolean publishedWithId);
}
