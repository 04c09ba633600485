package io.magnetar.mqtt.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.message.Qos;
import io.magnetar.mqtt.record.RecordReader;
import io.magnetar.mqtt.record.RetainedWalkRecord;
import io.magnetar.mqtt.record.SessionDefinition;
import io.magnetar.mqtt.session.RecordKey;
import io.magnetar.mqtt.session.SessionKey;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The connection of a durable session ends before all retained messages of a new subscription have had their turn. */
class RetainedUnfinishedTest {
    private static final int TOPICS = 20;

    private final Scene scene = new Scene();
    private final DurableClient publisher = scene.client("publisher", "nothing");
    private final DurableClient subscriber = scene.client("subscriber", "news/+");

    private void publish(int topic, Qos qos) {
        publisher.publish(subscriber.always, String.valueOf((char) ('a' + topic)), qos, 0);
        scene.settle();
    }

    private static Qos qos(int topic) {
        return topic % 2 == 0 ? Qos.AT_LEAST_ONCE : Qos.EXACTLY_ONCE;
    }

    /** Each topic has a message, and the subscriber has got the first ones and acknowledged none. */
    private void beginDelivery() {
        scene.connect(publisher);
        publisher.retains = true;
        for (int topic = 0; topic < TOPICS; topic++) {
            publish(topic, qos(topic));
        }
        scene.connect(subscriber);
        subscriber.subscribe(Qos.EXACTLY_ONCE);
        scene.step(200);
        assertThat(subscriber.isAsking()).as("answered").isFalse();
        assertThat(different()).isBetween(1L, 10L);
    }

    private long different() {
        return subscriber.received.values().stream()
                .flatMap(List::stream)
                .distinct()
                .count();
    }

    private long times(String text) {
        return subscriber.received.values().stream()
                .flatMap(List::stream)
                .filter(text::equals)
                .count();
    }

    private List<RetainedWalkRecord> recorded() {
        SessionKey session = new SessionKey(scene.namespace, "subscriber");
        SessionDefinition definition = RecordReader.definition(scene.records
                .get(new RecordKey(RecordKey.Kind.DEFINITION, session))
                .orElseThrow());
        byte[] progress = scene.records
                .get(new RecordKey(RecordKey.Kind.PROGRESS, session))
                .orElseThrow();
        return RecordReader.progress(definition.epoch(), progress).walks();
    }

    private void assertThatAllHaveCome() {
        for (int topic = 0; topic < TOPICS; topic++) {
            assertThat(times("publisher-" + topic))
                    .as("message %d", topic)
                    .isBetween(1L, qos(topic) == Qos.EXACTLY_ONCE ? 1L : 2L);
        }
        scene.pass(2_000);
        assertThat(recorded()).isEmpty();
    }

    @Test
    void theOthersComeOnTheNextConnection() {
        beginDelivery();
        scene.lose(subscriber);
        assertThat(recorded()).hasSize(1);

        scene.connect(subscriber);
        assertThatAllHaveCome();
    }

    @Test
    void theyComeHoweverOftenTheConnectionEnds() {
        beginDelivery();
        for (int lost = 0; lost < 5; lost++) {
            scene.lose(subscriber);
            subscriber.connect(scene.broker, false);
            scene.step(40);
            subscriber.acknowledge();
            scene.step(40);
        }
        scene.lose(subscriber);

        scene.connect(subscriber);
        assertThat(different()).isEqualTo(TOPICS);
        for (int topic = 1; topic < TOPICS; topic += 2) {
            assertThat(times("publisher-" + topic)).as("QoS 2").isOne();
        }
    }

    @Test
    void itIsRecordedBeforeTheSubscriptionIsAnswered() {
        scene.connect(publisher);
        publisher.retains = true;
        publish(0, Qos.AT_LEAST_ONCE);
        scene.connect(subscriber);
        scene.records.hold(new RecordKey(RecordKey.Kind.PROGRESS, new SessionKey(scene.namespace, "subscriber")));
        subscriber.subscribe(Qos.EXACTLY_ONCE);
        scene.settle();
        assertThat(subscriber.isAsking())
                .as("a broker that died now would know nothing of it")
                .isTrue();

        scene.records.letGo();
        scene.settle();
        assertThat(subscriber.isAsking()).isFalse();
        assertThat(times("publisher-0")).isOne();
    }

    @Test
    void whatIsPublishedMeanwhileComesOnceInTheirPlace() {
        beginDelivery();
        scene.lose(subscriber);
        for (int topic = TOPICS - 4; topic < TOPICS; topic++) {
            publish(topic, Qos.EXACTLY_ONCE);
        }
        scene.connect(subscriber);

        for (int topic = TOPICS - 4; topic < TOPICS; topic++) {
            assertThat(times("publisher-" + topic)).as("the one before").isZero();
            assertThat(times("publisher-" + (topic + 4))).as("the one of now").isOne();
        }
        assertThat(different()).isEqualTo(TOPICS);
    }

    @Test
    void whoUnsubscribesGetsNoMoreOfThem() {
        beginDelivery();
        scene.lose(subscriber);
        subscriber.connect(scene.broker, false);
        while (!subscriber.isAccepted()) {
            scene.step(1);
        }
        subscriber.unsubscribe();
        scene.settle();
        scene.pass(2_000);

        assertThat(different()).isLessThan(TOPICS);
        assertThat(recorded()).isEmpty();
    }
}
