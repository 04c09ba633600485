package io.magnetar.it.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A client that publishes 0, 1, 2 and so on at QoS 1, each when the last one is acknowledged, until it is told to stop. Every publish
 * must be acknowledged without an error.
 *
 * <p>Thread: the test's.
 */
final class Publishing implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 40;

    private final Mqtt5AsyncClient client;
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final CompletableFuture<Void> all = new CompletableFuture<>();
    private final String topic;

    Publishing(int port, String clientId, String topic) throws Exception {
        this.topic = topic;
        client = Mqtt5Client.builder()
                .identifier(clientId)
                .serverHost("127.0.0.1")
                .serverPort(port)
                .buildAsync();
        client.connect().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        publish(0);
    }

    private void publish(int number) {
        if (stopped.get()) {
            all.complete(null);
            return;
        }
        var unused = client.publishWith()
                .topic(topic)
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(Integer.toString(number).getBytes(UTF_8))
                .send()
                .whenComplete((result, failure) -> answered(number, result, failure));
    }

    private void answered(int number, Mqtt5PublishResult result, @Nullable Throwable failure) {
        Throwable error = failure == null ? result.getError().orElse(null) : failure;
        if (error != null) {
            all.completeExceptionally(error);
        } else {
            acknowledged.incrementAndGet();
            publish(number + 1);
        }
    }

    String topic() {
        return topic;
    }

    /** How many were acknowledged. */
    int acknowledged() {
        return acknowledged.get();
    }

    void awaitMore(int messages) {
        int until = acknowledged.get() + messages;
        await().atMost(Duration.ofSeconds(PATIENCE_SECONDS)).until(() -> acknowledged.get() >= until || all.isDone());
    }

    /** Publishes no more; fails when any publish failed. */
    void stop() throws Exception {
        stopped.set(true);
        all.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws Exception {
        stop();
        client.disconnect().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
}
