package io.magnetar.it.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * A durable session that reads all that a stream has, at a pace, up to the marker of the range's end. It connects again whenever it
 * loses the connection.
 *
 * <p>Thread: the test's.
 */
final class RangeReader implements AutoCloseable {
    private static final long CONNECT_SECONDS = 60;
    private static final String END = "$stream-end/";

    private final Mqtt5AsyncClient client;
    private final StreamAccount account;
    /** What the markers say; with a word where messages were missing then. */
    private final Queue<String> markers = new ConcurrentLinkedQueue<>();

    private RangeReader(int port, String clientId, StreamAccount account) {
        this.account = account;
        client = Mqtt5Client.builder()
                .identifier(clientId)
                .serverHost("127.0.0.1")
                .serverPort(port)
                .automaticReconnect()
                .initialDelay(200, TimeUnit.MILLISECONDS)
                .maxDelay(500, TimeUnit.MILLISECONDS)
                .applyAutomaticReconnect()
                .buildAsync();
        client.publishes(MqttGlobalPublishFilter.ALL, this::take);
    }

    /** Connects and subscribes at QoS 1, to so many messages a second. */
    static RangeReader open(int port, String clientId, String filter, int rate, StreamAccount account)
            throws Exception {
        RangeReader reader = new RangeReader(port, clientId, account);
        reader.client.connectWith().cleanStart(false).noSessionExpiry().send().get(CONNECT_SECONDS, TimeUnit.SECONDS);
        reader.client
                .subscribeWith()
                .topicFilter("$s/earliest..now/" + filter)
                .qos(MqttQos.AT_LEAST_ONCE)
                .userProperties()
                .add("stream-rate", Integer.toString(rate))
                .applyUserProperties()
                .send()
                .get(CONNECT_SECONDS, TimeUnit.SECONDS);
        return reader;
    }

    private void take(Mqtt5Publish publish) {
        String topic = publish.getTopic().toString();
        if (topic.startsWith(END)) {
            String count = publish.getUserProperties().asList().stream()
                    .filter(property -> property.getName().toString().equals("stream-end"))
                    .map(property -> property.getValue().toString())
                    .findFirst()
                    .orElse("no count");
            markers.add(account.isWhole() ? count : count + " too early");
        } else {
            account.take(topic, publish.getPayloadAsBytes());
        }
    }

    boolean hasEnded() {
        return !markers.isEmpty();
    }

    /** Checks that the end came once, behind all messages, and tells how many they were. */
    void verifyEnd(int messages) {
        assertThat(List.copyOf(markers)).containsExactly(Integer.toString(messages));
    }

    /** Ends the session. */
    @Override
    public void close() {
        client.disconnectWith().sessionExpiryInterval(0).send().exceptionally(gone -> null);
    }
}
