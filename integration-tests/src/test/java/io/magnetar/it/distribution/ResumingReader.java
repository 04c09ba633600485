package io.magnetar.it.distribution;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import java.util.concurrent.TimeUnit;

/** A durable session that reads a stream into an account, and connects again whenever it loses the connection. Thread: the test's. */
final class ResumingReader implements AutoCloseable {
    private static final long CONNECT_SECONDS = 60;

    private final Mqtt5AsyncClient client;

    private ResumingReader(Mqtt5AsyncClient client) {
        this.client = client;
    }

    /** Connects and subscribes at QoS 1. */
    static ResumingReader open(int port, String clientId, String filter, StreamAccount account) throws Exception {
        Mqtt5AsyncClient client = Mqtt5Client.builder()
                .identifier(clientId)
                .serverHost("127.0.0.1")
                .serverPort(port)
                .automaticReconnect()
                .initialDelay(200, TimeUnit.MILLISECONDS)
                .maxDelay(500, TimeUnit.MILLISECONDS)
                .applyAutomaticReconnect()
                .buildAsync();
        client.publishes(
                MqttGlobalPublishFilter.ALL,
                publish -> account.take(publish.getTopic().toString(), publish.getPayloadAsBytes()));
        client.connectWith().cleanStart(false).noSessionExpiry().send().get(CONNECT_SECONDS, TimeUnit.SECONDS);
        client.subscribeWith()
                .topicFilter(filter)
                .qos(MqttQos.AT_LEAST_ONCE)
                .send()
                .get(CONNECT_SECONDS, TimeUnit.SECONDS);
        return new ResumingReader(client);
    }

    /** Ends the session. */
    @Override
    public void close() {
        client.disconnectWith().sessionExpiryInterval(0).send().exceptionally(gone -> null);
    }
}
