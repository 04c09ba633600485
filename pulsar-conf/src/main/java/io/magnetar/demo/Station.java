package io.magnetar.demo;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PayloadFormatIndicator;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One device: an MQTT 5 client that publishes its readings in their order at QoS 1.
 *
 * <p>Thread: the demo's main thread publishes; the counts may be read from any.
 */
final class Station {
    private final String name;
    private final List<Reading> readings;
    private final Mqtt5AsyncClient client;
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> firstFailure = new AtomicReference<>();
    private int published;

    Station(String name, List<Reading> readings, int mqttPort) {
        this.name = name;
        this.readings = readings;
        this.client = Mqtt5Client.builder()
                .identifier("station-" + name)
                .serverHost("127.0.0.1")
                .serverPort(mqttPort)
                .buildAsync();
    }

    CompletableFuture<?> connect() {
        return client.connect();
    }

    /** Publishes the next readings until a share of all of them is out, {@code 0 <= share <= 1}. */
    void publishUpTo(double share) {
        int goal = (int) Math.min(readings.size(), Math.ceil(readings.size() * share));
        for (; published < goal; published++) {
            publish(readings.get(published));
        }
    }

    private void publish(Reading reading) {
        CompletableFuture<Mqtt5PublishResult> result = client.publishWith()
                .topic(reading.topic())
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(reading.json().getBytes(StandardCharsets.UTF_8))
                .payloadFormatIndicator(Mqtt5PayloadFormatIndicator.UTF_8)
                .contentType("application/json")
                .send();
        CompletableFuture<?> unused = result.whenComplete((published, failure) -> count(published, failure));
    }

    private void count(@Nullable Mqtt5PublishResult result, @Nullable Throwable failure) {
        @Nullable Throwable problem = failure;
        if (result != null && result.getError().isPresent()) {
            problem = result.getError().get();
        }
        if (problem == null) {
            acknowledged.incrementAndGet();
        } else {
            failed.incrementAndGet();
            firstFailure.compareAndSet(null, problem);
        }
    }

    /** Whether every reading has been published and answered. */
    boolean done() {
        return acknowledged.get() + failed.get() == readings.size();
    }

    CompletableFuture<?> disconnect() {
        return client.disconnect();
    }

    String name() {
        return name;
    }

    int acknowledged() {
        return acknowledged.get();
    }

    int failed() {
        return failed.get();
    }

    @Nullable
    Throwable firstFailure() {
        return firstFailure.get();
    }
}
