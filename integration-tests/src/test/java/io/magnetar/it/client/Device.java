package io.magnetar.it.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient.Mqtt5Publishes;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscribe;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAckReasonCode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A connected MQTT 5 client (HiveMQ's) that keeps all messages it gets.
 *
 * <p>Thread: the test's.
 */
public final class Device implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 20;

    private final Mqtt5BlockingClient client;
    private final Mqtt5Publishes publishes;

    private Device(int port, String clientId, Mqtt5Connect connect) {
        client = Mqtt5Client.builder()
                .identifier(clientId)
                .serverHost("127.0.0.1")
                .serverPort(port)
                .buildBlocking();
        publishes = client.publishes(MqttGlobalPublishFilter.ALL);
        client.connect(connect);
    }

    public static Device connect(int port, String clientId) {
        return connect(port, clientId, Mqtt5Connect.builder().build());
    }

    public static Device connect(int port, String clientId, Mqtt5Connect connect) {
        return new Device(port, clientId, connect);
    }

    public Mqtt5BlockingClient client() {
        return client;
    }

    /** Subscribes at a QoS and returns the code of the SUBACK. */
    public Mqtt5SubAckReasonCode subscribe(String filter, MqttQos qos) {
        return subscribe(Mqtt5Subscribe.builder().topicFilter(filter).qos(qos).build());
    }

    /** Subscribes to one filter and returns the code of the SUBACK. */
    public Mqtt5SubAckReasonCode subscribe(Mqtt5Subscribe subscribe) {
        try {
            return client.subscribe(subscribe).getReasonCodes().get(0);
        } catch (com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException refused) {
            return refused.getMqttMessage().getReasonCodes().get(0);
        }
    }

    /** Publishes, returns when the broker has acknowledged, and throws when it answers with an error. */
    public Mqtt5PublishResult publish(String topic, String payload, MqttQos qos) {
        return client.publish(Mqtt5Publish.builder()
                .topic(topic)
                .payload(payload.getBytes(UTF_8))
                .qos(qos)
                .build());
    }

    /** Publishes a message at QoS 1 that is retained. */
    public Mqtt5PublishResult retain(String topic, String payload) {
        return client.publish(Mqtt5Publish.builder()
                .topic(topic)
                .payload(payload.getBytes(UTF_8))
                .qos(MqttQos.AT_LEAST_ONCE)
                .retain(true)
                .build());
    }

    /** The next message; fails when none comes. */
    public Mqtt5Publish next() throws InterruptedException {
        return publishes
                .receive(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .orElseThrow(() -> new AssertionError("no message came"));
    }

    /** The payloads of the next messages, in their order. */
    public List<String> next(int messages) throws InterruptedException {
        List<String> payloads = new ArrayList<>();
        for (int i = 0; i < messages; i++) {
            payloads.add(text(next()));
        }
        return payloads;
    }

    public static String text(Mqtt5Publish publish) {
        return new String(publish.getPayloadAsBytes(), UTF_8);
    }

    /** The value of the first user property of a name; fails when there is none. */
    public static String userProperty(Mqtt5Publish publish, String name) {
        return publish.getUserProperties().asList().stream()
                .filter(property -> property.getName().toString().equals(name))
                .map(property -> property.getValue().toString())
                .findFirst()
                .orElseThrow(() -> new AssertionError("no user property " + name + " in " + publish));
    }

    @Override
    public void close() {
        publishes.close();
        if (client.getState().isConnected()) {
            client.disconnect();
        }
    }
}
