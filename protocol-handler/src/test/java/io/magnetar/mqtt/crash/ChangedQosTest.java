package io.magnetar.mqtt.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.message.Qos;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A durable session replaces a subscription by one at another QoS: nothing that it is owed is lost [MQTT-3.8.4-4]. */
class ChangedQosTest {
    private static final int MESSAGES = 40;

    private final Scene scene = new Scene();
    private final DurableClient publisher = scene.client("publisher", "nothing");
    private final DurableClient subscriber = scene.client("subscriber", "news/+");

    private void publish(int messages) {
        for (int i = 0; i < messages; i++) {
            publisher.publish(subscriber.always, 0);
            scene.settle();
        }
    }

    private void publishWhileItIsAway() {
        scene.connectAndSubscribe(subscriber);
        scene.lose(subscriber);
        scene.connect(publisher);
        publish(MESSAGES);
    }

    /** It comes back, and asks before it has acknowledged anything. */
    private void comeBackAndSubscribe(Qos qos) {
        subscriber.connect(scene.broker, false);
        while (!subscriber.isAccepted()) {
            scene.step(1);
        }
        subscriber.subscribe(qos);
        scene.step(100);
        assertThat(subscriber.isAsking()).as("answered").isFalse();
        assertThat(arrived()).hasSizeLessThan(MESSAGES);
    }

    private List<String> arrived() {
        return subscriber.received.values().stream().flatMap(List::stream).toList();
    }

    private List<String> arrived(Qos published) {
        return arrived().stream()
                .filter(text -> published(published).contains(text))
                .toList();
    }

    private List<String> published(Qos qos) {
        return publisher.published.stream()
                .filter(sent -> sent.qos == qos)
                .map(sent -> sent.text)
                .toList();
    }

    private void assertThatAllHasCome() {
        assertThat(arrived(Qos.AT_LEAST_ONCE)).containsAll(published(Qos.AT_LEAST_ONCE));
        assertThat(arrived(Qos.EXACTLY_ONCE)).containsExactlyInAnyOrderElementsOf(published(Qos.EXACTLY_ONCE));
    }

    @Test
    void getsWhatItIsOwedAfterASubscriptionAtQos0() {
        publishWhileItIsAway();
        comeBackAndSubscribe(Qos.AT_MOST_ONCE);
        scene.settle();
        publish(10);

        assertThatAllHasCome();
    }

    @Test
    void getsWhatItIsOwedOnALaterConnection() {
        publishWhileItIsAway();
        comeBackAndSubscribe(Qos.AT_MOST_ONCE);
        scene.lose(subscriber);
        scene.connect(subscriber);

        assertThatAllHasCome();
    }

    @Test
    void getsWhatItIsOwedFromAnotherBroker() {
        publishWhileItIsAway();
        comeBackAndSubscribe(Qos.AT_MOST_ONCE);
        scene.lose(subscriber);
        scene.lose(publisher);
        scene.restart();
        scene.connect(subscriber);

        assertThatAllHasCome();
    }

    @Test
    void getsWhatIsPublishedWhileItGoesFromQos0ToQos2() {
        scene.connect(publisher);
        scene.connect(subscriber);
        subscriber.subscribe(Qos.AT_MOST_ONCE);
        scene.settle();
        scene.logs.holdEnds();
        subscriber.subscribe(Qos.EXACTLY_ONCE);
        scene.settle();
        publish(10);
        assertThat(subscriber.always.isOn())
                .as("subscribed, as far as it knows")
                .isFalse();
        scene.logs.letEndsGo();
        scene.settle();
        publish(10);

        assertThatAllHasCome();
    }

    @Test
    void goesBackAndForthWithoutLosingOrRepeatingAnything() {
        publishWhileItIsAway();
        comeBackAndSubscribe(Qos.AT_MOST_ONCE);
        for (int change = 0; change < 20; change++) {
            publish(1);
            subscriber.subscribe(change % 2 == 0 ? Qos.EXACTLY_ONCE : Qos.AT_MOST_ONCE);
            publish(1);
        }

        assertThatAllHasCome();
    }
}
