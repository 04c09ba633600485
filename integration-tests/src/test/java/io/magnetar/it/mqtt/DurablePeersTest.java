package io.magnetar.it.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import io.magnetar.it.client.Device;
import io.magnetar.it.distribution.Peers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Other projects' clients that go away and come back to their sessions: Paho for MQTT 3.1.1 and 5, and mosquitto_sub. */
@ExtendWith(MqttExtension.class)
class DurablePeersTest {
    private static final int MESSAGES = 20;

    private static List<String> publish(MqttBroker broker, String topic, int qos) throws Exception {
        List<String> texts =
                IntStream.range(0, MESSAGES).mapToObj(i -> "offline-" + i).toList();
        try (Device publisher = Device.connect(broker.port(), topic + "-publisher")) {
            for (String text : texts) {
                publisher.publish(topic, text, Objects.requireNonNull(MqttQos.fromCode(qos)));
            }
        }
        return texts;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void pahoForMqtt311GetsWhatItWasOwed(int qos, MqttBroker broker) throws Exception {
        String name = "durable-paho3-" + qos;
        BlockingQueue<String> got = new LinkedBlockingQueue<>();
        try (MqttClient client = new MqttClient("tcp://127.0.0.1:" + broker.port(), name, new MemoryPersistence())) {
            client.setCallback(new Paho3Replay(got));
            assertThat(client.connectWithResult(kept()).getSessionPresent()).isFalse();
            client.subscribe(name, qos);
            client.disconnect();

            List<String> texts = publish(broker, name, qos);

            assertThat(client.connectWithResult(kept()).getSessionPresent()).isTrue();
            for (String text : texts) {
                assertThat(take(got)).isEqualTo("replay " + name + " " + qos + " " + text);
            }
            client.publish(name, "live".getBytes(UTF_8), qos, false);
            assertThat(take(got)).isEqualTo("replay " + name + " " + qos + " live");
            client.disconnect();

            MqttConnectOptions clean = kept();
            clean.setCleanSession(true);
            assertThat(client.connectWithResult(clean).getSessionPresent()).isFalse();
            client.disconnect();
            assertThat(got).isEmpty();
        }
    }

    private static MqttConnectOptions kept() {
        MqttConnectOptions options = new MqttConnectOptions();
        options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
        options.setCleanSession(false);
        return options;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void pahoForMqtt5GetsWhatItWasOwed(int qos, MqttBroker broker) throws Exception {
        String name = "durable-paho5-" + qos;
        BlockingQueue<String> got = new LinkedBlockingQueue<>();
        org.eclipse.paho.mqttv5.client.MqttClient client = new org.eclipse.paho.mqttv5.client.MqttClient(
                "tcp://127.0.0.1:" + broker.port(),
                name,
                new org.eclipse.paho.mqttv5.client.persist.MemoryPersistence());
        client.setCallback(new Paho5Messages(got));
        MqttConnectionOptions options = new MqttConnectionOptions();
        options.setCleanStart(false);
        options.setSessionExpiryInterval(600L);
        try {
            assertThat(client.connectWithResult(options).getSessionPresent()).isFalse();
            client.subscribe(new MqttSubscription[] {new MqttSubscription(name, qos)});
            client.disconnect();

            List<String> texts = publish(broker, name, qos);

            assertThat(client.connectWithResult(options).getSessionPresent()).isTrue();
            for (String text : texts) {
                assertThat(take(got)).isEqualTo(name + " " + qos + " " + text);
            }
            client.publish(name, "live".getBytes(UTF_8), qos, false);
            assertThat(take(got)).isEqualTo(name + " " + qos + " live");
            client.disconnect();
            assertThat(got).isEmpty();
        } finally {
            client.close();
        }
    }

    @Test
    void mosquittoSubGetsWhatItWasOwed(MqttBroker broker) throws Exception {
        Peers.require("mosquitto_sub");
        String name = "durable-mosquitto";
        // Subscribes and leaves at once.
        assertThat(subscribe(broker, name, "-E").waitFor()).isZero();

        List<String> texts = publish(broker, name, 1);

        Process back = subscribe(broker, name, "-C", Integer.toString(MESSAGES), "-W", "60");
        String printed = new String(back.getInputStream().readAllBytes(), UTF_8);
        assertThat(back.waitFor()).as(printed).isZero();
        assertThat(printed.lines().toList()).isEqualTo(texts);
    }

    /** Without a clean session, under the same client identifier each time. */
    private static Process subscribe(MqttBroker broker, String name, String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of("mosquitto_sub", "-h", "127.0.0.1"));
        command.addAll(List.of("-p", Integer.toString(broker.port()), "-c", "-i", name, "-t", name, "-q", "1"));
        command.addAll(Arrays.asList(more));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static String take(BlockingQueue<String> got) throws InterruptedException {
        return Objects.requireNonNull(got.poll(20, TimeUnit.SECONDS), "no message came");
    }
}
