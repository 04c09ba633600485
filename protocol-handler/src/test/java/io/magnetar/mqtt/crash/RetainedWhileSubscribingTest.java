package io.magnetar.mqtt.crash;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A message is published and retained before a durable session that subscribes knows where its queue begins. */
class RetainedWhileSubscribingTest {
    private final Scene scene = new Scene();
    private final DurableClient publisher = scene.client("publisher", "nothing");
    private final DurableClient subscriber = scene.client("subscriber", "news/+");

    @Test
    void theSubscriberGetsIt() {
        scene.connect(publisher);
        scene.connect(subscriber);
        scene.logs.holdEnds();
        subscriber.changeSubscriptions();
        scene.settle();
        assertThat(subscriber.always.isOn())
                .as("subscribed, as far as it knows")
                .isFalse();

        publisher.retains = true;
        publisher.publish(subscriber.always, 0);
        scene.settle();
        assertThat(subscriber.received).isEmpty();
        scene.logs.letEndsGo();
        scene.settle();

        assertThat(subscriber.received.values())
                .isNotEmpty()
                .allSatisfy(texts -> assertThat(texts).contains("publisher-0"));
    }
}
