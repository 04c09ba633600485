package io.magnetar.it.distribution;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A device that must get all its messages through: it publishes the numbers from 0 at QoS 1 with many under way, and
 * after a lost connection connects again and sends all again that are not acknowledged, in their order.
 *
 * <p>Thread: {@link #run()} has its own; counts may be read by any.
 */
final class ResumingPublisher implements Runnable {
    private static final int WINDOW = 100;
    private static final Duration RECONNECT_PATIENCE = Duration.ofMinutes(4);

    private final int port;
    private final String clientId;
    private final String topic;
    private final int messages;
    private final AtomicLong allAcknowledged;
    private final AtomicIntegerArray acknowledged;
    private final AtomicIntegerArray sends;
    private int connections;

    /** @param allAcknowledged counts the acknowledged messages of all publishers */
    ResumingPublisher(int port, String clientId, String topic, int messages, AtomicLong allAcknowledged) {
        this.port = port;
        this.clientId = clientId;
        this.topic = topic;
        this.messages = messages;
        this.allAcknowledged = allAcknowledged;
        this.acknowledged = new AtomicIntegerArray(messages);
        this.sends = new AtomicIntegerArray(messages);
    }

    String topic() {
        return topic;
    }

    /** How often a message was sent. */
    int sends(int message) {
        return sends.get(message);
    }

    /** How many connections it took. */
    int connections() {
        return connections;
    }

    @Override
    public void run() {
        int done = 0;
        while (done < messages) {
            publishFrom(done);
            while (done < messages && acknowledged.get(done) == 1) {
                done++;
            }
        }
    }

    /** Publishes all that is not acknowledged, over one connection, as far as that carries. */
    private void publishFrom(int first) {
        Mqtt5AsyncClient client = connect();
        Semaphore window = new Semaphore(WINDOW);
        AtomicBoolean broken = new AtomicBoolean();
        for (int i = first; i < messages && !broken.get(); i++) {
            if (acknowledged.get(i) == 0) {
                publish(client, i, window, broken);
            }
        }
        window.acquireUninterruptibly(WINDOW);
        client.disconnect().exceptionally(gone -> null);
    }

    private void publish(Mqtt5AsyncClient client, int message, Semaphore window, AtomicBoolean broken) {
        window.acquireUninterruptibly();
        if (broken.get()) { // what follows a message that has failed would come before it
            window.release();
            return;
        }
        sends.incrementAndGet(message);
        CompletableFuture<?> unused = client.publishWith()
                .topic(topic)
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(Content.of(topic, message))
                .send()
                .whenComplete((result, failure) -> {
                    if (failure == null && result.getError().isEmpty()) {
                        acknowledged.set(message, 1);
                        allAcknowledged.incrementAndGet();
                    } else {
                        broken.set(true);
                    }
                    window.release();
                });
    }

    private Mqtt5AsyncClient connect() {
        long deadline = System.nanoTime() + RECONNECT_PATIENCE.toNanos();
        while (true) {
            Mqtt5AsyncClient client = Mqtt5Client.builder()
                    .identifier(clientId)
                    .serverHost("127.0.0.1")
                    .serverPort(port)
                    .buildAsync();
            try {
                CompletableFuture<?> connected = client.connect();
                connected.get(10, TimeUnit.SECONDS);
                connections++;
                return client;
            } catch (ExecutionException | TimeoutException e) {
                if (System.nanoTime() > deadline) {
                    throw new AssertionError(clientId + " cannot connect", e);
                }
                pause();
            } catch (InterruptedException e) {
                throw new AssertionError(clientId + " was interrupted", e);
            }
        }
    }

    private static void pause() {
        CompletableFuture.runAsync(() -> {}, CompletableFuture.delayedExecutor(200, TimeUnit.MILLISECONDS))
                .join();
    }
}
