package io.magnetar.it.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Queue;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttMessage;

/** Writes down the payloads that a Paho MQTT 3.1.1 client gets. Thread: the client's. */
public record PahoPayloads(Queue<String> got) implements MqttCallback {
    @Override
    public void messageArrived(String topic, MqttMessage message) {
        got.add(new String(message.getPayload(), UTF_8));
    }

    @Override
    public void connectionLost(Throwable cause) {
        got.add("connection lost: " + cause);
    }

    @Override
    public void deliveryComplete(IMqttDeliveryToken token) {}
}
