package io.magnetar.it.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import io.magnetar.it.client.Device;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.util.Map;
import org.apache.pulsar.broker.PulsarService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two MQTT brokers in one JVM share what Pulsar shares between them and nothing else: no static state. */
@ExtendWith(MqttExtension.class)
class TwoBrokersTest {
    @Test
    void onTwoPulsarsKnowNothingOfEachOther(EmbeddedPulsar pulsar, MqttBroker first) throws Exception {
        try (EmbeddedPulsar other = EmbeddedPulsar.start();
                MqttBroker second = MqttBroker.start(other.broker(), Map.of())) {
            Streams.create(pulsar, first, "two-brokers", "two-brokers/#", 1);
            try (Device one = Device.connect(first.port(), "two-brokers-device");
                    Device two = Device.connect(second.port(), "two-brokers-device")) {
                assertThat(one.client().getState().isConnected()).isTrue();
                assertThat(second.status().stream("two-brokers")).isEmpty();
                one.subscribe("two-brokers/#", MqttQos.AT_LEAST_ONCE);
                two.subscribe("two-brokers/#", MqttQos.AT_LEAST_ONCE);

                two.publish("two-brokers/x", "of the second", MqttQos.AT_LEAST_ONCE);
                one.publish("two-brokers/x", "of the first", MqttQos.AT_LEAST_ONCE);

                assertThat(one.next(1)).containsExactly("of the first");
                assertThat(two.next(1)).containsExactly("of the second");
            }
            assertThat(Streams.consume(pulsar, "two-brokers", 1)).hasSize(1);
        }
    }

    @Test
    void onTwoBrokersOfOnePulsarKeepAndReadTheSameStreams(EmbeddedPulsar pulsar, MqttBroker first) throws Exception {
        try (PulsarService neighbour = pulsar.startBroker(settings -> {});
                MqttBroker second = MqttBroker.start(neighbour, Map.of())) {
            Streams.create(pulsar, first, "shared", "shared/#", 2);
            second.status().awaitStream("shared");
            try (Device one = Device.connect(first.port(), "shared-one");
                    Device two = Device.connect(second.port(), "shared-two")) {
                one.publish("shared/x", "of the first", MqttQos.AT_LEAST_ONCE);
                two.publish("shared/x", "of the second", MqttQos.AT_LEAST_ONCE);

                one.subscribe("$s/earliest/shared/#", MqttQos.AT_LEAST_ONCE);
                two.subscribe("$s/earliest/shared/#", MqttQos.AT_LEAST_ONCE);

                assertThat(one.next(2)).containsExactlyInAnyOrder("of the first", "of the second");
                assertThat(two.next(2)).containsExactlyInAnyOrder("of the first", "of the second");
            }
        }
    }
}
