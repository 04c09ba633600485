package io.magnetar.it.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.lifecycle.MqttClientConnectedContext;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.lifecycle.Mqtt5ClientConnectedContext;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A publisher and a subscriber with durable sessions (HiveMQ's client): the publisher counts up, with a few publishes under way, until
 * it is told to stop. Both connect again on their own and go on with what their sessions remember.
 *
 * <p>Thread: the clients' own; what is asked after {@link #stop()} has completed, the test's.
 */
final class DurablePair {
    private static final int UNDER_WAY = 8;
    private static final long RECONNECT_MILLIS = 300;

    private final MqttQos qos;
    private final String topic;
    private final String filter;
    private final Mqtt5AsyncClient publisher;
    private final Mqtt5AsyncClient subscriber;
    private final AtomicInteger arrived = new AtomicInteger();
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final AtomicInteger underWay = new AtomicInteger(UNDER_WAY);
    private final AtomicInteger lostSessions = new AtomicInteger();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private volatile @Nullable Throwable failure;

    DurablePair(int port, String name, MqttQos qos) {
        this(port, name, qos, "");
    }

    /** One whose subscriber is the only member of a group. */
    static DurablePair inGroup(int port, String name, MqttQos qos) {
        return new DurablePair(port, name, qos, "$share/group-" + name + "/");
    }

    /** One whose subscriber reads a stream. */
    static DurablePair ofStream(int port, String name, MqttQos qos) {
        return new DurablePair(port, name, qos, "$s/earliest/");
    }

    private DurablePair(int port, String name, MqttQos qos, String prefix) {
        this.qos = qos;
        this.topic = "pairs/" + name;
        this.filter = prefix + topic;
        this.publisher = client(port, "publisher-" + name);
        this.subscriber = client(port, "subscriber-" + name);
    }

    private Mqtt5AsyncClient client(int port, String clientId) {
        AtomicBoolean first = new AtomicBoolean(true);
        return Mqtt5Client.builder()
                .identifier(clientId)
                .serverHost("127.0.0.1")
                .serverPort(port)
                .automaticReconnect()
                .initialDelay(RECONNECT_MILLIS, TimeUnit.MILLISECONDS)
                .maxDelay(RECONNECT_MILLIS, TimeUnit.MILLISECONDS)
                .applyAutomaticReconnect()
                .addConnectedListener(context -> {
                    connections.incrementAndGet();
                    boolean isFirst = first.getAndSet(false);
                    if (!isFirst && !isPresent(context)) {
                        lostSessions.incrementAndGet();
                    }
                })
                .buildAsync();
    }

    private static boolean isPresent(MqttClientConnectedContext context) {
        return ((Mqtt5ClientConnectedContext) context).getConnAck().isSessionPresent();
    }

    /** Connects both, subscribes, and begins to publish. */
    void start() throws Exception {
        Mqtt5Connect connect = Mqtt5Connect.builder()
                .cleanStart(false)
                .sessionExpiryInterval(3_600)
                .build();
        subscriber.publishes(MqttGlobalPublishFilter.ALL, this::onPublish);
        subscriber.connect(connect).get(20, TimeUnit.SECONDS);
        subscriber.subscribeWith().topicFilter(filter).qos(qos).send().get(20, TimeUnit.SECONDS);
        publisher.connect(connect).get(20, TimeUnit.SECONDS);
        for (int i = 0; i < UNDER_WAY; i++) {
            publishNext();
        }
    }

    /** Takes the next number; one from before is a repetition, which QoS 1 allows, one beyond tells of a loss. */
    private void onPublish(Mqtt5Publish publish) {
        int number = Integer.parseInt(new String(publish.getPayloadAsBytes(), UTF_8));
        int expected = arrived.get();
        if (number == expected) {
            arrived.incrementAndGet();
        } else if (number > expected || qos == MqttQos.EXACTLY_ONCE) {
            fail(new AssertionError(topic + ": got " + number + " where " + expected + " was next"));
        }
    }

    private void fail(@Nullable Throwable thrown) {
        if (failure == null) {
            failure = thrown;
        }
    }

    /** Publishes the next number, or gives its place among those under way up. */
    private void publishNext() {
        if (stopping.get()) {
            if (underWay.decrementAndGet() == 0) {
                stopped.complete(null);
            }
            return;
        }
        synchronized (next) { // The numbers leave in their order.
            publish(next.getAndIncrement());
        }
    }

    private void publish(int number) {
        CompletableFuture<?> unused = publisher
                .publishWith()
                .topic(topic)
                .qos(qos)
                .payload(Integer.toString(number).getBytes(UTF_8))
                .send()
                .whenComplete((result, thrown) -> published(result, thrown));
    }

    private void published(@Nullable Mqtt5PublishResult result, @Nullable Throwable thrown) {
        if (result == null || result.getError().isPresent()) {
            fail(thrown == null && result != null ? result.getError().orElse(null) : thrown);
        } else {
            acknowledged.incrementAndGet();
        }
        publishNext();
    }

    int acknowledged() {
        return acknowledged.get();
    }

    int connections() {
        return connections.get();
    }

    /** Publishes no more. Completes when all is acknowledged. */
    CompletableFuture<Void> stop() {
        stopping.set(true);
        return stopped;
    }

    /** Whether the subscriber has all numbers. */
    boolean isWhole() {
        return arrived.get() >= next.get();
    }

    /** Fails when something was lost so far, came out of order, came twice at QoS 2, or when a session was not there again. */
    void verify() {
        assertThat(failure).as(topic).isNull();
        assertThat(lostSessions.get())
                .as("%s: every session was there again", topic)
                .isZero();
    }

    void close() {
        CompletableFuture<?> unused = publisher.disconnect().exceptionally(gone -> null);
        unused = subscriber.disconnect().exceptionally(gone -> null);
    }
}
