package io.magnetar.it.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3BlockingClient;
import com.hivemq.client.mqtt.mqtt3.Mqtt3BlockingClient.Mqtt3Publishes;
import com.hivemq.client.mqtt.mqtt3.Mqtt3Client;
import com.hivemq.client.mqtt.mqtt3.message.publish.Mqtt3Publish;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** HiveMQ's MQTT 3.1.1 client, live and from a stream. Most other tests use its MQTT 5 client. */
@ExtendWith(MqttExtension.class)
class HiveMqMqtt3Test {
    @ParameterizedTest
    @EnumSource(MqttQos.class)
    void publishesAndReplays(MqttQos qos, EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        String name = "hivemq3-" + qos.name().toLowerCase(Locale.ROOT).replace('_', '-');
        Streams.create(pulsar, broker, name, name + "/#", 2);
        Mqtt3BlockingClient client = Mqtt3Client.builder()
                .identifier(name)
                .serverHost("127.0.0.1")
                .serverPort(broker.port())
                .buildBlocking();
        try (Mqtt3Publishes publishes = client.publishes(MqttGlobalPublishFilter.ALL)) {
            client.connect();
            client.subscribeWith().topicFilter(name + "/live").qos(qos).send();

            publish(client, name + "/live", "x", qos);
            assertDelivered(publishes, name + "/live", "x", qos);
            client.unsubscribeWith().topicFilter(name + "/live").send();

            client.subscribeWith()
                    .topicFilter("$s/earliest/" + name + "/#")
                    .qos(qos)
                    .send();
            assertDelivered(publishes, name + "/live", "x", qos);
            publish(client, name + "/more", "y", qos);
            assertDelivered(publishes, name + "/more", "y", qos);
            client.disconnect();
        }
    }

    private static void publish(Mqtt3BlockingClient client, String topic, String payload, MqttQos qos) {
        client.publishWith()
                .topic(topic)
                .payload(payload.getBytes(UTF_8))
                .qos(qos)
                .send();
    }

    private static void assertDelivered(Mqtt3Publishes publishes, String topic, String payload, MqttQos qos)
            throws InterruptedException {
        Mqtt3Publish publish = publishes.receive(20, TimeUnit.SECONDS).orElseThrow();
        assertThat(publish.getTopic()).hasToString(topic);
        assertThat(new String(publish.getPayloadAsBytes(), UTF_8)).isEqualTo(payload);
        assertThat(publish.getQos()).isEqualTo(qos);
    }
}
