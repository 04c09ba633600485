package io.magnetar.it.mqtt;

import java.util.Queue;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttMessage;

/** Writes down what a Paho MQTT 3.1.1 client gets from a stream. Thread: the client's. */
record Paho3Replay(Queue<String> got) implements MqttCallback {
    @Override
    public void messageArrived(String topic, MqttMessage message) {
        got.add("replay " + PahoTest.describe(topic, message.getQos(), message.getPayload()));
    }

    @Override
    public void connectionLost(Throwable cause) {
        got.add("lost " + cause);
    }

    @Override
    public void deliveryComplete(IMqttDeliveryToken token) {}
}
