package io.magnetar.it.mqtt;

import static io.magnetar.it.client.BrokerStatus.CHANGE_SEEN_WITHIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import io.magnetar.it.client.BrokerStatus;
import io.magnetar.it.client.Device;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.util.Map;
import org.apache.pulsar.client.admin.Topics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What an admin does with streams reaches the broker within two seconds. */
@ExtendWith(MqttExtension.class)
class StreamDefinitionTest {
    @Test
    void followsAStreamFromItsCreationOverAChangeToItsDeletion(EmbeddedPulsar pulsar, MqttBroker broker)
            throws Exception {
        Topics topics = pulsar.admin().topics();
        String topic = Streams.pulsarTopic("lifecycle");
        BrokerStatus status = broker.status();
        try (Device device = Device.connect(broker.port(), "lifecycle-device")) {
            assertThat(device.subscribe("$s/earliest/lifecycle/a", MqttQos.AT_LEAST_ONCE)
                            .isError())
                    .isTrue();

            Streams.create(pulsar, broker, "lifecycle", "lifecycle/+", 2);
            assertThat(device.subscribe("$s/earliest/lifecycle/a", MqttQos.AT_LEAST_ONCE)
                            .isError())
                    .isFalse();
            device.publish("lifecycle/a", "kept", MqttQos.AT_LEAST_ONCE);
            assertThat(device.next(1)).containsExactly("kept");

            topics.updateProperties(topic, Map.of("mqtt.filter", "lifecycle/changed/#"));
            await().atMost(CHANGE_SEEN_WITHIN)
                    .until(() -> status.stream("lifecycle")
                            .filter(stream -> stream.path("filter").asText().equals("lifecycle/changed/#"))
                            .isPresent());
            device.publish("lifecycle/changed/deep/down", "under the new filter", MqttQos.AT_LEAST_ONCE);
            assertThat(Streams.consume(pulsar, "lifecycle", 2))
                    .anySatisfy(message ->
                            assertThat(message.getProperty("mqtt.topic")).isEqualTo("lifecycle/changed/deep/down"));

            topics.deletePartitionedTopic(topic, true);
            await().atMost(CHANGE_SEEN_WITHIN)
                    .until(() -> status.stream("lifecycle").isEmpty());
            assertThat(device.subscribe("$s/earliest/lifecycle/changed/x", MqttQos.AT_LEAST_ONCE)
                            .isError())
                    .isTrue();
        }
    }

    @Test
    void refusesAnInvalidDefinitionByNameAndTakesItWhenItIsMended(EmbeddedPulsar pulsar, MqttBroker broker)
            throws Exception {
        String topic = Streams.pulsarTopic("invalid");
        BrokerStatus status = broker.status();

        Streams.create(pulsar, "invalid", 1, Map.of("mqtt.filter", "invalid/#/x", "mqtt.key", "color"));

        await().atMost(CHANGE_SEEN_WITHIN).until(() -> status.refusal(topic).isPresent());
        assertThat(status.refusal(topic).orElseThrow()).contains("#").contains("color");
        assertThat(status.stream("invalid")).isEmpty();

        pulsar.admin().topics().updateProperties(topic, Map.of("mqtt.filter", "invalid/#", "mqtt.key", "topic"));
        broker.status().awaitStream("invalid");
        assertThat(status.refusal(topic)).isEmpty();
    }

    @Test
    void refusesAStreamWithoutAFilterAndOneWithAnUnknownProperty(EmbeddedPulsar pulsar, MqttBroker broker)
            throws Exception {
        BrokerStatus status = broker.status();

        Streams.create(pulsar, "no-filter", 1, Map.of("owner", "somebody"));
        Streams.create(pulsar, "unknown", 1, Map.of("mqtt.filter", "unknown/#", "mqtt.colour", "red"));

        await().atMost(CHANGE_SEEN_WITHIN)
                .until(() -> status.refusal(Streams.pulsarTopic("no-filter")).isPresent());
        await().atMost(CHANGE_SEEN_WITHIN)
                .until(() -> status.refusal(Streams.pulsarTopic("unknown")).isPresent());
        assertThat(status.refusal(Streams.pulsarTopic("no-filter")).orElseThrow())
                .contains("mqtt.filter");
        assertThat(status.refusal(Streams.pulsarTopic("unknown")).orElseThrow()).contains("mqtt.colour");
    }

    @Test
    void keepsMoreThanOneStreamForOneTopic(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        Streams.create(pulsar, broker, "both-wide", "both/#", 1);
        Streams.create(pulsar, broker, "both-narrow", "both/+/x", 3);
        try (Device device = Device.connect(broker.port(), "both-device")) {
            device.publish("both/1/x", "twice", MqttQos.EXACTLY_ONCE);
            device.publish("both/1/y", "once", MqttQos.EXACTLY_ONCE);
        }

        assertThat(Streams.consume(pulsar, "both-wide", 2)).hasSize(2);
        assertThat(Streams.consume(pulsar, "both-narrow", 1)).hasSize(1);
    }
}
