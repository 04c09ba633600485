package io.magnetar.it.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.magnetar.it.client.Device;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** An acknowledged retained message survives the sudden death of the broker, and no older one comes back. */
class RetainedIT {
    private static final int TOPICS = 200;
    private static final int WINDOW = 500;

    @Test
    void keepsTheNewestAcknowledgedOfEveryTopicWhenTheBrokerIsKilledInTheMiddle() throws Exception {
        Peers.require("mosquitto_sub");
        AtomicIntegerArray sent = new AtomicIntegerArray(TOPICS);
        AtomicIntegerArray acknowledged = new AtomicIntegerArray(TOPICS);
        try (Standalone standalone = new Standalone("retained", "--no-functions").start()) {
            AtomicLong all = new AtomicLong();
            Thread publisher = new Thread(() -> publish(standalone.mqttPort(), sent, acknowledged, all));
            publisher.start();
            await().atMost(Duration.ofMinutes(2))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> all.get() > 50L * TOPICS);

            standalone.kill();
            publisher.join(TimeUnit.SECONDS.toMillis(30));
            standalone.start();

            Map<String, Integer> retained = new HashMap<>();
            try (Device device = Device.connect(standalone.mqttPort(), "retained-reader")) {
                device.subscribe("retained/+", MqttQos.AT_LEAST_ONCE);
                for (int i = 0; i < TOPICS; i++) {
                    Mqtt5Publish message = device.next();
                    assertThat(message.isRetain()).isTrue();
                    retained.put(message.getTopic().toString(), Integer.valueOf(Device.text(message)));
                }
            }
            assertThat(retained).hasSize(TOPICS);
            for (int topic = 0; topic < TOPICS; topic++) {
                assertThat(retained.get("retained/" + topic))
                        .as("retained message of topic %d", topic)
                        .isBetween(acknowledged.get(topic), sent.get(topic));
            }
            assertThat(mosquittoSub(standalone, "mqttv311"))
                    .as("the same to an MQTT 3.1.1 client of another project")
                    .isEqualTo(retained);
            assertThat(mosquittoSub(standalone, "mqttv5")).isEqualTo(retained);
        }
    }

    /** Publishes numbers to all topics in turn, many under way, until the connection breaks. */
    private static void publish(int port, AtomicIntegerArray sent, AtomicIntegerArray acknowledged, AtomicLong all) {
        Mqtt5AsyncClient client = Mqtt5Client.builder()
                .identifier("retained-publisher")
                .serverHost("127.0.0.1")
                .serverPort(port)
                .buildAsync();
        client.connect().join();
        Semaphore window = new Semaphore(WINDOW);
        for (int number = 1; client.getState().isConnected(); number++) {
            for (int topic = 0; topic < TOPICS; topic++) {
                window.acquireUninterruptibly();
                int value = number;
                int index = topic;
                sent.set(index, value);
                Mqtt5Publish publish = Mqtt5Publish.builder()
                        .topic("retained/" + index)
                        .payload(Integer.toString(value).getBytes(UTF_8))
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .retain(true)
                        .build();
                var unused = client.publish(publish).whenComplete((result, failure) -> {
                    if (failure == null) {
                        acknowledged.set(index, value);
                        all.incrementAndGet();
                    }
                    window.release();
                });
            }
        }
    }

    private static Map<String, Integer> mosquittoSub(Standalone standalone, String version) throws Exception {
        String printed = Launcher.run(
                Duration.ofSeconds(30),
                "mosquitto_sub",
                "-p",
                Integer.toString(standalone.mqttPort()),
                "-V",
                version,
                "-t",
                "retained/#",
                "-C",
                Integer.toString(TOPICS),
                "-W",
                "20",
                "-F",
                "%t %r %p");
        Map<String, Integer> retained = new HashMap<>();
        printed.lines().map(line -> line.split(" ")).forEach(parts -> {
            assertThat(parts[1]).as("RETAIN").isEqualTo("1");
            retained.put(parts[0], Integer.valueOf(parts[2]));
        });
        return retained;
    }
}
