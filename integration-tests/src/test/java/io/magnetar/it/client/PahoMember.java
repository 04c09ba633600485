package io.magnetar.it.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

/**
 * A client (Paho's, MQTT 3.1.1) with a durable session that keeps its side of the session while it goes and comes, also to another
 * port, and writes down all it gets as it comes.
 *
 * <p>Thread: the test's; what came may be read by any.
 */
public final class PahoMember implements MqttCallback, AutoCloseable {
    private static final long PATIENCE_MILLIS = 20_000;

    private final MqttClient client;
    private final Queue<String> texts = new ConcurrentLinkedQueue<>();

    public PahoMember(String clientId) throws MqttException {
        client = new MqttClient("tcp://127.0.0.1:1883", clientId, new MemoryPersistence());
        client.setCallback(this);
        client.setTimeToWait(PATIENCE_MILLIS);
    }

    /** Paho that connects right after {@link #die()} may forget to tell who waits that CONNACK has come. */
    public void connect(int port) throws MqttException {
        MqttConnectOptions options = new MqttConnectOptions();
        options.setCleanSession(false);
        options.setServerURIs(new String[] {"tcp://127.0.0.1:" + port});
        try {
            client.connect(options);
        } catch (MqttException e) {
            if (e.getReasonCode() != MqttException.REASON_CODE_CLIENT_TIMEOUT || !client.isConnected()) {
                throw e;
            }
        }
    }

    public void subscribe(String filter, int qos) throws MqttException {
        client.subscribe(filter, qos);
    }

    /** Closes the socket without DISCONNECT. */
    public void die() throws MqttException {
        client.disconnectForcibly(0, 1, false);
    }

    public boolean isConnected() {
        return client.isConnected();
    }

    /** The payloads that came, in their order. */
    public List<String> texts() {
        return List.copyOf(texts);
    }

    @Override
    public void messageArrived(String topic, MqttMessage message) {
        texts.add(new String(message.getPayload(), UTF_8));
    }

    @Override
    public void connectionLost(Throwable cause) {
        // The test knows.
    }

    @Override
    public void deliveryComplete(IMqttDeliveryToken token) {}

    @Override
    public void close() throws MqttException {
        if (client.isConnected()) {
            client.disconnect();
        }
        client.close();
    }
}
