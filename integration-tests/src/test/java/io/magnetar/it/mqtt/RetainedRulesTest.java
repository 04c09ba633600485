package io.magnetar.it.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import io.magnetar.it.client.RawDialect;
import java.io.IOException;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Retained messages as both versions have them in common: MQTT 5.0 section 3.3.1.3, MQTT 3.1.1 the same. */
@ExtendWith(MqttExtension.class)
class RetainedRulesTest {
    private static final int RETAINED_QOS_0 = 0x31;
    private static final int RETAINED_QOS_1 = 0x33;
    private static final int PUBACK = 4;
    private static final int SUBACK = 9;

    private static RawClient connected(MqttBroker broker, RawDialect dialect, String clientId) throws IOException {
        RawClient client = new RawClient(broker.port());
        client.send(dialect.connect(clientId + "-" + dialect)).read();
        return client;
    }

    private static void retain(RawClient client, RawDialect dialect, String topic, String payload) throws IOException {
        RawPacket pubAck = client.send(dialect.publish(RETAINED_QOS_1 & 0xF, topic, 1, payload))
                .read();
        assertThat(pubAck.type()).isEqualTo(PUBACK);
    }

    /** Subscribes, and returns the first packet that comes beside SUBACK, or PINGRESP when there is none. */
    private static RawPacket firstOf(RawClient client, RawDialect dialect, String filter) throws IOException {
        RawPacket first = client.send(RawClient.bytes(dialect.subscribe(1, filter, 1), RawClient.packet(0xC0)))
                .read();
        return first.type() == SUBACK ? client.read() : first;
    }

    @ParameterizedTest
    @EnumSource
    void whoSubscribesGetsTheLastOneWithRetainSetAndLaterOnesWithout(RawDialect dialect, MqttBroker broker)
            throws Exception {
        // [MQTT-3.3.1-5], [MQTT-3.3.1-8], [MQTT-3.3.1-12]
        // 3.1.1: [MQTT-3.3.1-5], [MQTT-3.3.1-6], [MQTT-3.3.1-8], [MQTT-3.3.1-9], [MQTT-3.3.1-12], [MQTT-3.8.4-3]
        String topic = "retained-rules/last/" + dialect;
        try (RawClient publisher = connected(broker, dialect, "retain-publisher");
                RawClient subscriber = connected(broker, dialect, "retain-subscriber")) {
            retain(publisher, dialect, topic, "first");
            retain(publisher, dialect, topic, "last");
            publisher.send(dialect.publish(2, topic, 2, "not retained")).read();

            for (int again = 0; again < 2; again++) {
                RawPacket kept = firstOf(subscriber, dialect, topic);
                assertThat(kept.header()).isEqualTo(RETAINED_QOS_1);
                assertThat(dialect.text(kept)).isEqualTo("last");
                subscriber.send(RawDialect.acknowledge(PUBACK, kept.packetId()));
                assertThat(subscriber.read().header()).as("nothing but that").isEqualTo(0xD0);
            }

            retain(publisher, dialect, topic, "live");
            RawPacket live = subscriber.read();
            assertThat(live.header()).isEqualTo(0x32);
            assertThat(dialect.text(live)).isEqualTo("live");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aQos0MessageReplacesTheOneBefore(RawDialect dialect, MqttBroker broker) throws Exception {
        // 3.1.1: [MQTT-3.3.1-7]
        String topic = "retained-rules/qos0/" + dialect;
        try (RawClient publisher = connected(broker, dialect, "retain0-publisher");
                RawClient subscriber = connected(broker, dialect, "retain0-subscriber")) {
            retain(publisher, dialect, topic, "first");
            publisher.send(dialect.publish(RETAINED_QOS_0 & 0xF, topic, 0, "second"));
            retain(publisher, dialect, topic + "/barrier", "x");

            RawPacket kept = firstOf(subscriber, dialect, topic);

            assertThat(dialect.text(kept)).isEqualTo("second");
        }
    }

    @ParameterizedTest
    @EnumSource
    void anEmptyOneIsDeliveredWithoutRetainAndKeptByNobody(RawDialect dialect, MqttBroker broker) throws Exception {
        // [MQTT-3.3.1-6], [MQTT-3.3.1-7], 3.1.1: [MQTT-3.3.1-10], [MQTT-3.3.1-11]
        String topic = "retained-rules/empty/" + dialect;
        try (RawClient publisher = connected(broker, dialect, "empty-publisher");
                RawClient live = connected(broker, dialect, "empty-live");
                RawClient late = connected(broker, dialect, "empty-late")) {
            live.send(dialect.subscribe(1, topic, 0)).read();
            retain(publisher, dialect, topic, "kept");
            assertThat(dialect.text(live.read())).isEqualTo("kept");

            retain(publisher, dialect, topic, "");

            RawPacket empty = live.read();
            assertThat(empty.header()).isEqualTo(0x30);
            assertThat(dialect.payload(empty)).isEmpty();
            assertThat(firstOf(late, dialect, topic).header()).isEqualTo(0xD0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theyOutliveTheSessionOfTheirPublisherAlsoAsAWill(RawDialect dialect, MqttBroker broker) throws Exception {
        // [MQTT-3.1.2-15], 3.1.1: [MQTT-3.1.2-7], [MQTT-3.1.2-17]
        String topic = "retained-rules/will/" + dialect;
        try (RawClient watcher = connected(broker, dialect, "retain-will-watcher");
                RawClient late = connected(broker, dialect, "retain-will-late")) {
            watcher.send(dialect.subscribe(1, topic, 0)).read();
            try (RawClient dying = new RawClient(broker.port())) {
                dying.send(dialect.connect("retain-dying-" + dialect, 0x26, dialect.will(topic, "gone")))
                        .read();
            }
            RawPacket will = watcher.read();
            assertThat(dialect.text(will)).isEqualTo("gone");

            // Subscribers of the moment hear of it before the log has it.
            RawPacket kept = await().until(() -> firstOf(late, dialect, topic), first -> first.header() != 0xD0);

            assertThat(kept.header()).isEqualTo(RETAINED_QOS_0);
            assertThat(dialect.text(kept)).isEqualTo("gone");
        }
    }
}
