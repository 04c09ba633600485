package io.magnetar.it.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.magnetar.it.client.Device;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.it.pulsar.PrometheusMetrics;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The keys of a stream's messages, as a data engineer and an MQTT reader see them. */
@ExtendWith(MqttExtension.class)
class StreamKeyTest {
    @Test
    void isFoundAsTheStreamSaysAndIsTheTopicWhereItCannotBe(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        Map<String, String> keys = Map.of(
                "key-user", "username",
                "key-property", "user-property:site",
                "key-json", "payload:$.device.id",
                "key-cel", "cel:string(json.device.id) + '/' + user_properties['site']");
        for (Map.Entry<String, String> key : keys.entrySet()) {
            Streams.create(pulsar, key.getKey(), 4, Map.of("mqtt.filter", "keyed/#", "mqtt.key", key.getValue()));
            broker.status().awaitStream(key.getKey());
        }
        try (Device device = Device.connect(broker.port(), "key-device")) {
            device.client()
                    .publish(Mqtt5Publish.builder()
                            .topic("keyed/whole")
                            .payload("{\"device\": {\"id\": 7}}".getBytes(UTF_8))
                            .qos(MqttQos.AT_LEAST_ONCE)
                            .userProperties()
                            .add("site", "north")
                            .applyUserProperties()
                            .build());
            device.publish("keyed/bare", "21.5", MqttQos.AT_LEAST_ONCE);
        }

        assertThat(keysOf(pulsar, "key-user")).containsExactlyInAnyOrder("keyed/whole", "keyed/bare");
        assertThat(keysOf(pulsar, "key-property")).containsExactlyInAnyOrder("north", "keyed/bare");
        assertThat(keysOf(pulsar, "key-json")).containsExactlyInAnyOrder("7", "keyed/bare");
        assertThat(keysOf(pulsar, "key-cel")).containsExactlyInAnyOrder("7/north", "keyed/bare");
        assertThat(PrometheusMetrics.lines(pulsar.broker()))
                .contains(
                        "magnetar_stream_messages_without_key_total{namespace=\"public\",stream=\"key-user\"} 2",
                        "magnetar_stream_messages_without_key_total{namespace=\"public\",stream=\"key-property\"} 1",
                        "magnetar_stream_messages_without_key_total{namespace=\"public\",stream=\"key-json\"} 1");
    }

    @Test
    void aNameThatIsNoKeyIsRefusedWithTheReason(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        Streams.create(pulsar, "key-wrong", 1, Map.of("mqtt.filter", "wrong/#", "mqtt.key", "cel:client_id +"));

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(broker.status().refusal(Streams.pulsarTopic("key-wrong")))
                        .hasValueSatisfying(reason -> assertThat(reason).contains("is no CEL expression")));
    }

    private static Stream<String> keysOf(EmbeddedPulsar pulsar, String stream) throws Exception {
        return Streams.consume(pulsar, stream, 2).stream().map(message -> message.getKey());
    }
}
