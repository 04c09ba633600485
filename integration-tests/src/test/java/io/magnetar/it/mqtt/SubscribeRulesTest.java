package io.magnetar.it.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import io.magnetar.it.client.RawDialect;
import io.magnetar.it.client.RawProperties;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** SUBSCRIBE and UNSUBSCRIBE: MQTT 5.0 sections 3.8 to 3.11 and 4.7, MQTT 3.1.1 the same. */
@ExtendWith(MqttExtension.class)
class SubscribeRulesTest {
    private static final int PUBLISH = 3;

    @ParameterizedTest
    @EnumSource
    void answersEachFilterInItsPlaceWithTheQosGrantedOrAFailure(RawDialect dialect, MqttBroker broker)
            throws Exception {
        // [MQTT-3.8.4-5], [MQTT-3.8.4-6], [MQTT-3.8.4-7], [MQTT-3.9.3-1], [MQTT-3.9.3-2], [MQTT-4.7.1-1],
        // [MQTT-4.7.1-2]
        // [MQTT-4.7.3-1], [MQTT-3.2.2-10], 3.1.1: [MQTT-3.8.4-4], [MQTT-3.8.4-5], [MQTT-3.9.3-1], [MQTT-3.9.3-2]
        // 3.1.1: [MQTT-4.7.1-2], [MQTT-4.7.1-3], [MQTT-4.7.3-1], [MQTT-3.8.3-2]
        int invalid = dialect == RawDialect.MQTT_5 ? 0x8F : 0x80;
        try (RawClient client = new RawClient(broker.port())) {
            client.send(dialect.connect("answers-" + dialect)).read();

            RawPacket subAck = client.send(dialect.subscribe(
                            1, "f/0", 0, "f/1", 1, "f/2", 2, "", 0, "f/#/x", 0, "f#", 1, "f+", 1, "f/+x", 2, "+/f/#", 2,
                            "#", 0))
                    .read();

            assertThat(dialect.codes(subAck))
                    .containsExactly(0, 1, 2, invalid, invalid, invalid, invalid, invalid, 2, 0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void endsTheSubscriptionsWhoseFiltersAreEqualAndNoOthers(RawDialect dialect, MqttBroker broker) throws Exception {
        // [MQTT-3.10.4-1], [MQTT-3.10.4-2], [MQTT-3.10.4-6], [MQTT-3.11.3-1], [MQTT-3.11.3-2]
        // 3.1.1: [MQTT-3.10.4-1], [MQTT-3.10.4-2], [MQTT-3.10.4-6]
        try (RawClient client = new RawClient(broker.port())) {
            client.send(dialect.connect("unsubscribes-" + dialect)).read();
            client.send(dialect.subscribe(1, "un/+/a", 0, "un/x/a", 0, "un/x/b", 0, "un/x/A", 0))
                    .read();

            RawPacket unsubAck = client.send(dialect.unsubscribe(2, "un/+/a", "un/x", "un/x/b", "un/#/x"))
                    .read();
            client.send(dialect.publish(0, "un/x/b", 0, "not any more"));
            client.send(dialect.publish(0, "un/y/a", 0, "not any more"));
            client.send(dialect.publish(0, "un/x/a", 0, "still"));
            client.send(dialect.publish(0, "un/x/A", 0, "still, too"));

            assertThat(dialect.codes(unsubAck))
                    .isEqualTo(dialect == RawDialect.MQTT_5 ? List.of(0, 0x11, 0, 0x8F) : List.of());
            assertThat(dialect.text(client.read())).isEqualTo("still");
            assertThat(dialect.text(client.read())).isEqualTo("still, too");
        }
    }

    @ParameterizedTest
    @EnumSource
    void replacesASubscriptionAndGoesOnWithoutAGap(RawDialect dialect, MqttBroker broker) throws Exception {
        // [MQTT-3.8.4-3], [MQTT-3.8.4-8], 3.1.1: [MQTT-3.8.4-3], [MQTT-3.8.4-6]
        String topic = "replaced/" + dialect;
        try (RawClient client = new RawClient(broker.port())) {
            client.send(dialect.connect("replaces-" + dialect)).read();
            client.send(dialect.subscribe(1, topic, 2)).read();

            client.send(RawClient.bytes(
                    dialect.publish(0, topic, 0, "1"),
                    dialect.subscribe(2, topic, 0),
                    dialect.publish(2, topic, 9, "2")));

            assertThat(dialect.text(client.read())).isEqualTo("1");
            assertThat(client.read().header()).isEqualTo(0x90);
            RawPacket second = client.read();
            assertThat(dialect.text(second)).isEqualTo("2");
            assertThat(second.qos()).isZero();
            assertThat(client.read().header()).as("one copy, then PUBACK").isEqualTo(0x40);
        }
    }

    @ParameterizedTest
    @EnumSource
    void deliversOneCopyAtTheHighestQosOfOverlappingSubscriptions(RawDialect dialect, MqttBroker broker)
            throws Exception { // [MQTT-3.3.4-2], 3.1.1: [MQTT-3.3.5-1]
        try (RawClient client = new RawClient(broker.port());
                RawClient publisher = new RawClient(broker.port())) {
            client.send(dialect.connect("overlaps-" + dialect)).read();
            publisher.send(dialect.connect("overlaps-publisher-" + dialect)).read();
            client.send(dialect.subscribe(1, "overlap/#", 0, "overlap/+", 2, "overlap/x", 1))
                    .read();

            publisher.send(dialect.publish(4, "overlap/x", 1, "x"));
            RawPacket got = client.read();

            assertThat(got.qos()).isEqualTo(2);
            assertThat(client.send(RawClient.packet(0xC0)).read().header())
                    .as("no second copy")
                    .isEqualTo(0xD0);
        }
    }

    @Test
    void sendsTheIdentifiersOfAllSubscriptionsThatMatch(MqttBroker broker) throws Exception {
        // [MQTT-3.3.4-3], [MQTT-3.3.4-4], [MQTT-3.3.4-5]: there is one copy, and it has them all
        try (RawClient client = new RawClient(broker.port())) {
            client.send(RawClient.connect5("subscription-ids", 60)).read();
            client.send(RawClient.packet(0x82, 0, 1, 2, 0x0B, 7, "ids/#", 0)).read();
            client.send(RawClient.packet(0x82, 0, 2, 5, 0x0B, 0xFF, 0xFF, 0xFF, 0x7F, "ids/+", 0))
                    .read();
            client.send(RawClient.packet(0x82, 0, 3, 0, "ids/x", 0)).read();

            client.send(RawClient.publish5("ids/x", 0, 0, "x"));

            assertThat(client.read().publishProperties().all(RawProperties.SUBSCRIPTION_IDENTIFIER))
                    .containsExactlyInAnyOrder(7L, 268_435_455L);
            assertThat(client.send(RawClient.packet(0xC0)).read().header()).isEqualTo(0xD0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void hidesTopicsThatBeginWithADollarFromLeadingWildcards(RawDialect dialect, MqttBroker broker)
            throws Exception { // [MQTT-4.7.2-1], 3.1.1: [MQTT-4.7.2-1]
        try (RawClient client = new RawClient(broker.port())) {
            client.send(dialect.connect("dollar-" + dialect)).read();
            client.send(dialect.subscribe(1, "#", 0, "+/dollar", 0, "$own/+", 0))
                    .read();

            client.send(dialect.publish(0, "$other/dollar", 0, "hidden"));
            client.send(dialect.publish(0, "$own/dollar", 0, "asked for"));

            RawPacket got = client.read();
            while (got.type() == PUBLISH && !got.topic().startsWith("$")) {
                got = client.read(); // what others have published
            }
            assertThat(got.type()).isEqualTo(PUBLISH);
            assertThat(got.topic()).isEqualTo("$own/dollar");
        }
    }
}
