package io.magnetar.it.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Eclipse Paho's clients, live and from a stream. */
@ExtendWith(MqttExtension.class)
class PahoTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void publishesAndReplaysWithMqtt311(int qos, EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        String name = "paho3-" + qos;
        Streams.create(pulsar, broker, name, name + "/#", 2);
        BlockingQueue<String> got = new LinkedBlockingQueue<>();
        try (MqttClient client = new MqttClient("tcp://127.0.0.1:" + broker.port(), name, new MemoryPersistence())) {
            MqttConnectOptions options = new MqttConnectOptions();
            options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
            client.connect(options);
            client.subscribe(
                    name + "/live",
                    qos,
                    (topic, message) -> got.add("live " + describe(topic, message.getQos(), message.getPayload())));

            client.publish(name + "/live", "x".getBytes(UTF_8), qos, false);
            assertThat(take(got)).isEqualTo("live " + name + "/live " + qos + " x");
            client.unsubscribe(name + "/live");

            client.setCallback(new Paho3Replay(got));
            client.subscribe("$s/earliest/" + name + "/#", qos);
            assertThat(take(got)).isEqualTo("replay " + name + "/live " + qos + " x");
            client.publish(name + "/more", "y".getBytes(UTF_8), qos, false);
            assertThat(take(got)).isEqualTo("replay " + name + "/more " + qos + " y");
            client.disconnect();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void publishesAndReplaysWithMqtt5(int qos, EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        String name = "paho5-" + qos;
        Streams.create(pulsar, broker, name, name + "/#", 2);
        BlockingQueue<String> got = new LinkedBlockingQueue<>();
        org.eclipse.paho.mqttv5.client.MqttClient client = new org.eclipse.paho.mqttv5.client.MqttClient(
                "tcp://127.0.0.1:" + broker.port(),
                name,
                new org.eclipse.paho.mqttv5.client.persist.MemoryPersistence());
        client.setCallback(new Paho5Messages(got));
        client.connect();
        try {
            client.subscribe(new MqttSubscription[] {new MqttSubscription(name + "/live", qos)});

            client.publish(name + "/live", "x".getBytes(UTF_8), qos, false);
            assertThat(take(got)).isEqualTo(name + "/live " + qos + " x");
            client.unsubscribe(name + "/live");

            client.subscribe(new MqttSubscription[] {new MqttSubscription("$s/earliest/" + name + "/#", qos)});
            assertThat(take(got)).isEqualTo(name + "/live " + qos + " x");
            client.publish(name + "/more", "y".getBytes(UTF_8), qos, false);
            assertThat(take(got)).isEqualTo(name + "/more " + qos + " y");
        } finally {
            client.disconnect();
            client.close();
        }
    }

    static String describe(String topic, int qos, byte[] payload) {
        return topic + " " + qos + " " + new String(payload, UTF_8);
    }

    private static String take(BlockingQueue<String> got) throws InterruptedException {
        return Objects.requireNonNull(got.poll(20, TimeUnit.SECONDS), "no message came");
    }
}
