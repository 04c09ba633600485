package io.magnetar.mqtt.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.message.Qos;
import io.magnetar.mqtt.packet.Subscribe;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Subscriptions of a durable session overlap, one of them at QoS 0. */
class MixedQosTest {
    private static final int NO_RETAINED = 2;

    private final Scene scene = new Scene();
    private final DurableClient publisher = scene.client("publisher", "nothing");
    private final DurableClient subscriber = scene.client("subscriber", "news/+", "news/one");

    private void subscribe(boolean noLocal) {
        scene.connect(publisher);
        scene.connect(subscriber);
        subscriber.subscribe(
                subscriber.always, 1, new Subscribe.Request("news/+", Qos.EXACTLY_ONCE, noLocal, false, NO_RETAINED));
        scene.settle();
        subscriber.subscribe(
                subscriber.sometimes.get(0),
                2,
                new Subscribe.Request("news/one", Qos.AT_MOST_ONCE, false, true, NO_RETAINED));
        scene.settle();
    }

    private void publish(DurableClient from, String last, Qos qos) {
        from.retains = true;
        from.publish(subscriber.always, last, qos, 0);
        scene.settle();
    }

    @Test
    void deliversOnceInTheFormOfAll() { // [MQTT-3.3.4-2] [MQTT-3.3.4-4]
        subscribe(false);
        publish(publisher, "one", Qos.EXACTLY_ONCE);

        assertThat(subscriber.received).isEqualTo(Map.of("news/one", List.of("publisher-0")));
        assertThat(subscriber.live).isEmpty();
        assertThat(subscriber.last.retain()).as("Retain As Published").isTrue();
        assertThat(subscriber.last.subscriptionIds()).containsExactlyInAnyOrder(1, 2);

        publish(publisher, "two", Qos.EXACTLY_ONCE);

        assertThat(subscriber.last.retain()).isFalse();
        assertThat(subscriber.last.subscriptionIds()).containsExactly(1);
    }

    @Test
    void deliversOwnMessagesForTheSubscriptionThatWantsThem() { // [MQTT-3.8.3-3]
        subscribe(true);
        publish(subscriber, "one", Qos.EXACTLY_ONCE);

        assertThat(subscriber.received).isEqualTo(Map.of("news/one", List.of("subscriber-0")));
        assertThat(subscriber.live).containsExactly("subscriber-0");
        assertThat(subscriber.last.subscriptionIds()).containsExactly(2);

        publish(subscriber, "two", Qos.EXACTLY_ONCE);
        publish(publisher, "one", Qos.EXACTLY_ONCE);

        assertThat(subscriber.received).isEqualTo(Map.of("news/one", List.of("subscriber-0", "publisher-0")));
        assertThat(subscriber.last.subscriptionIds()).containsExactlyInAnyOrder(1, 2);
    }

    @Test
    void owesOwnMessagesFromBeforeNoLocalWasAskedFor() { // [MQTT-3.8.4-4]
        subscribe(false);
        subscriber.publish(subscriber.always, "two", Qos.EXACTLY_ONCE, 0);
        while (subscriber.unanswered().size() > 0) {
            scene.logs.settleOne();
            scene.broker.runOne();
            scene.records.settleOne();
            subscriber.passOne();
            subscriber.receiveOne();
        }
        subscriber.subscribe(
                subscriber.always, 1, new Subscribe.Request("news/+", Qos.EXACTLY_ONCE, true, false, NO_RETAINED));
        scene.settle();

        assertThat(subscriber.received).isEqualTo(Map.of("news/two", List.of("subscriber-0")));
    }
}
