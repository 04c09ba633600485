package io.magnetar.mqtt.queue;

/** Where a message was taken from, and what keeps account of it. Thread: the user's owner. */
interface DeliveryPlace {
    /** It is done, or given up. */
    void done(Delivery delivery);

    /** It was held, and goes out again. */
    void resent(Delivery delivery);
}
