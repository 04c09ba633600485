package io.magnetar.it.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * A client (HiveMQ's) that writes down all it gets as it comes. What it was sent before it was closed it has.
 *
 * <p>Thread: the test's; what came may be read by any.
 */
public final class GroupMember implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 20;
    private static final long EXPIRY_SECONDS = 3_600;

    private final Mqtt5AsyncClient client;
    private final Queue<String> texts = new ConcurrentLinkedQueue<>();

    /** A member with a durable session that takes up what there is of it. */
    public GroupMember(int port, String clientId) throws Exception {
        this(port, clientId, EXPIRY_SECONDS);
    }

    /** @param expirySeconds 0 for a session that ends with the connection */
    public GroupMember(int port, String clientId, long expirySeconds) throws Exception {
        client = Mqtt5Client.builder()
                .identifier(clientId)
                .serverHost("127.0.0.1")
                .serverPort(port)
                .buildAsync();
        client.publishes(MqttGlobalPublishFilter.ALL, this::onPublish);
        client.connect(Mqtt5Connect.builder()
                        .cleanStart(expirySeconds == 0)
                        .sessionExpiryInterval(expirySeconds)
                        .build())
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private void onPublish(Mqtt5Publish publish) {
        texts.add(new String(publish.getPayloadAsBytes(), UTF_8));
    }

    public void subscribe(String filter, MqttQos qos) throws Exception {
        client.subscribeWith().topicFilter(filter).qos(qos).send().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    public void unsubscribe(String filter) throws Exception {
        client.unsubscribeWith().topicFilter(filter).send().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** The payloads that came, in their order. */
    public List<String> texts() {
        return List.copyOf(texts);
    }

    @Override
    public void close() throws Exception {
        client.disconnect().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
}
