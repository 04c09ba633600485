package io.magnetar.mqtt.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.mqtt.session.RecordKey;
import io.magnetar.mqtt.session.SessionKey;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A group lends a member a QoS 2 message, and the member leaves while its session records that. */
class LoanCrashTest {
    private static final String GROUP = "$share/g/shared/+";

    private final Scene scene = new Scene();
    private final DurableClient publisher = scene.client("publisher", "nothing");
    private final DurableClient leaving = scene.client("leaving", GROUP);
    private final DurableClient other = scene.client("other", GROUP);

    /** The member that leaves has been lent the message, and its record of that is on its way. */
    private void lend() {
        scene.connectAndSubscribe(other);
        scene.lose(other);
        scene.connectAndSubscribe(leaving);
        scene.connect(publisher);
        scene.records.hold(new RecordKey(RecordKey.Kind.PROGRESS, new SessionKey(scene.namespace, "leaving")));
        while (!scene.records.isHolding()) {
            publisher.publish(leaving.always, 0);
            scene.settle();
        }
        scene.connect(other);
        scene.lose(leaving);
    }

    private static List<String> exactlyOnce(DurableClient client, DurableClient publisher) {
        return client.received.values().stream()
                .flatMap(List::stream)
                .filter(text ->
                        publisher.published.stream().anyMatch(sent -> sent.text.equals(text) && sent.qos.value() == 2))
                .toList();
    }

    @Test
    void nobodyElseGetsItWhileARecordOfItMayBeInTheLog() { // [MQTT-4.8.2-5]
        lend();

        scene.lose(publisher);
        scene.lose(other);
        scene.records.crash();
        scene.records.letGo();
        scene.restart();
        scene.connect(other);
        scene.connect(leaving);
        scene.pass(20_000);

        assertThat(exactlyOnce(leaving, publisher)).hasSize(1);
        assertThat(exactlyOnce(other, publisher)).isEmpty();
    }

    @Test
    void anotherGetsItWhenNoRecordOfItIsLeft() {
        lend();
        assertThat(exactlyOnce(other, publisher)).isEmpty();

        scene.records.letGo();
        scene.settle();

        assertThat(exactlyOnce(leaving, publisher)).isEmpty();
        assertThat(exactlyOnce(other, publisher)).hasSize(1);
    }
}
