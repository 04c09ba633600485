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

    /** The bits of the shared forms that messages take on their way to its members. */
    int forms(boolean publishedWithId);
}
