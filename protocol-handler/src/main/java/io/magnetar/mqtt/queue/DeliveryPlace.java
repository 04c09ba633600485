package io.magnetar.mqtt.queue;

import io.magnetar.mqtt.counters.Counter;

/** Where a message was taken from, and what keeps account of it. Thread: the user's owner. */
interface DeliveryPlace {
    /** What a message from there is counted as when it leaves. */
    default Counter countedAs() {
        return Counter.OWED_MESSAGES_DELIVERED;
    }

    /** It is done, or given up. */
    void done(Delivery delivery);

    /** It was held, and goes out again. */
    void resent(Delivery delivery);
}
