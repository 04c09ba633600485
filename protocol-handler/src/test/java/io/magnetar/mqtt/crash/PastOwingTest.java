package io.magnetar.mqtt.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.message.Qos;
import io.magnetar.mqtt.record.Owing;
import io.magnetar.mqtt.record.RecordReader;
import io.magnetar.mqtt.record.SubscriptionRecord;
import io.magnetar.mqtt.session.RecordKey;
import io.magnetar.mqtt.session.SessionKey;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a subscription owed before it was changed is forgotten when all of it is done, and no earlier. */
class PastOwingTest {
    private final Scene scene = new Scene();
    private final DurableClient publisher = scene.client("publisher", "nothing");
    private final DurableClient subscriber = scene.client("subscriber", "news/+");

    private List<Owing> owing() {
        byte[] record = scene.records
                .get(new RecordKey(RecordKey.Kind.DEFINITION, new SessionKey(scene.namespace, "subscriber")))
                .orElseThrow();
        return RecordReader.definition(record).subscriptions().stream()
                .filter(subscription -> subscription.filter().equals("news/+"))
                .map(SubscriptionRecord::owing)
                .findFirst()
                .orElseThrow();
    }

    /** In steps, as sessions are looked after about every second. */
    private void pass(long minutes) {
        long step = TimeUnit.MINUTES.toMillis(1);
        for (long i = 0; i < minutes; i++) {
            scene.pass(step);
        }
        scene.pass(2_000);
        scene.pass(2_000);
    }

    private void changeToQos0() {
        scene.connect(publisher);
        scene.connectAndSubscribe(subscriber);
        publisher.publish(subscriber.always, 0);
        scene.settle();
        subscriber.subscribe(Qos.AT_MOST_ONCE);
        scene.settle();
        assertThat(owing()).hasSize(1).noneMatch(Owing::isOpen);
    }

    @Test
    void isForgottenWhenNothingOfItCanBeOnItsWayAnyMore() {
        changeToQos0();

        pass(60);
        assertThat(owing()).as("a message may wait for a log for an hour").hasSize(1);
        pass(20);
        assertThat(owing()).isEmpty();
    }

    @Test
    void staysWhileTheClientIsAway() {
        changeToQos0();
        scene.lose(subscriber);

        pass(90);
        assertThat(owing()).hasSize(1);
        scene.connect(subscriber);
        pass(2);
        assertThat(owing()).isEmpty();
    }

    @Test
    void leavesAloneWhatIsOwedNow() {
        changeToQos0();
        pass(10);
        subscriber.subscribe(Qos.EXACTLY_ONCE);
        scene.settle();
        assertThat(owing()).hasSize(2);

        pass(80);
        assertThat(owing()).hasSize(1).allMatch(Owing::isOpen);
        publisher.publish(subscriber.always, 0);
        scene.settle();
        assertThat(subscriber.received.values().stream().flatMap(List::stream))
                .containsExactly("publisher-0", "publisher-1");
    }
}
