package io.magnetar.mqtt.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.message.Qos;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Retained messages are on their way to a durable session when its connection ends [MQTT-4.4.0-1]. */
class RetainedAgainTest {
    private final Scene scene = new Scene();
    private final DurableClient publisher = scene.client("publisher", "nothing");
    private final DurableClient subscriber = scene.client("subscriber", "news/+");

    /** The subscriber has got one message at each QoS, and acknowledged neither. */
    private void beginDelivery() {
        scene.connect(publisher);
        publisher.retains = true;
        publish("one", Qos.AT_LEAST_ONCE);
        publish("two", Qos.EXACTLY_ONCE);
        scene.connect(subscriber);
        subscriber.subscribe(Qos.EXACTLY_ONCE);
        scene.step(200);
        assertThat(times("publisher-0")).isOne();
        assertThat(times("publisher-1")).isOne();
        scene.lose(subscriber);
    }

    private void publish(String last, Qos qos) {
        publisher.publish(subscriber.always, last, qos, 0);
        scene.settle();
    }

    private long times(String text) {
        return subscriber.received.values().stream()
                .flatMap(List::stream)
                .filter(text::equals)
                .count();
    }

    @Test
    void theyAreSentAgain() {
        beginDelivery();
        scene.connect(subscriber);

        assertThat(times("publisher-0")).as("QoS 1").isEqualTo(2);
        assertThat(times("publisher-1")).as("QoS 2").isOne();
        assertThat(subscriber.again).containsExactly("publisher-0", "publisher-1");
    }

    @Test
    void theirPacketIdsAreNotUsedForOthers() { // [MQTT-2.2.1-4]
        beginDelivery();
        publisher.retains = false;
        for (int message = 0; message < 20; message++) {
            publish("three", Qos.EXACTLY_ONCE);
        }
        scene.connect(subscriber);

        for (int message = 0; message < 22; message++) {
            assertThat(times("publisher-" + message)).isEqualTo(message == 0 ? 2 : 1);
        }
    }

    @Test
    void theClientGetsWhatHasTakenTheirPlace() {
        beginDelivery();
        publish("one", Qos.AT_LEAST_ONCE);
        publish("two", Qos.EXACTLY_ONCE);
        scene.connect(subscriber);

        for (int message = 0; message < 4; message++) {
            assertThat(times("publisher-" + message)).isOne();
        }
    }

    @Test
    void whatABrokerHasForgottenIsCompleted() {
        beginDelivery();
        scene.lose(publisher);
        scene.restart();
        scene.connect(publisher);
        publisher.retains = false;
        for (int message = 0; message < 20; message++) {
            publish("three", Qos.EXACTLY_ONCE);
        }
        scene.connect(subscriber);

        for (int message = 1; message < 22; message++) {
            assertThat(times("publisher-" + message)).isOne();
        }
    }
}
