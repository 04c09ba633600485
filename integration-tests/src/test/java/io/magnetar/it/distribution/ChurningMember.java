package io.magnetar.it.distribution;

import io.magnetar.it.distribution.GroupAccount.End;
import io.magnetar.it.distribution.GroupAccount.Membership;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

/**
 * One member of a group (Paho's client, MQTT 3.1.1) over one connection: it acknowledges what comes, until it is told to hold it. The
 * client is never closed, for Paho's receiving thread may still be at work then, and fails.
 *
 * <p>Thread: the test's, and Paho's for what comes.
 */
final class ChurningMember implements MqttCallback {
    private static final long PATIENCE_MILLIS = 60_000;
    private static final int AT_LEAST_ONCE = 1;

    private final GroupAccount account;
    private final Membership membership;
    private final String clientId;
    private final boolean durable;
    private final String filter;
    private final MqttClient client;
    private final AtomicInteger held = new AtomicInteger();
    private volatile boolean holds;

    private ChurningMember(int port, String clientId, boolean durable, String filter, GroupAccount account)
            throws MqttException {
        this.account = account;
        this.membership = new Membership(clientId);
        this.clientId = clientId;
        this.durable = durable;
        this.filter = filter;
        this.client = new MqttClient("tcp://127.0.0.1:" + port, clientId, new MemoryPersistence());
        client.setCallback(this);
        client.setManualAcks(true);
        client.setTimeToWait(PATIENCE_MILLIS);
    }

    /** A client of a durable session that is a member already does not subscribe. */
    static ChurningMember open(int port, String clientId, boolean durable, String filter, GroupAccount account)
            throws MqttException {
        ChurningMember member = new ChurningMember(port, clientId, durable, filter, account);
        MqttConnectOptions options = new MqttConnectOptions();
        options.setCleanSession(!durable);
        if (!member.client.connectWithResult(options).getSessionPresent()) {
            member.client.subscribe(filter, AT_LEAST_ONCE);
        }
        return member;
    }

    /** The same client over a new connection. */
    ChurningMember again(int port) throws MqttException {
        return open(port, clientId, durable, filter, account);
    }

    @Override
    public void messageArrived(String topic, MqttMessage message) throws MqttException {
        int number = account.take(membership, topic, message.getPayload());
        if (number >= 0 && !holds) {
            account.acknowledging(membership, topic, number);
            client.messageArrivedComplete(message.getId(), message.getQos());
        } else {
            held.incrementAndGet();
        }
    }

    /** It acknowledges nothing more. */
    void hold() {
        holds = true;
    }

    /** How many messages it has that it has not acknowledged since {@link #hold}. */
    int held() {
        return held.get();
    }

    /** Closes the socket without DISCONNECT. */
    void die() throws MqttException {
        account.ends(membership, End.MEMBER);
        client.disconnectForcibly(0, 1, false);
    }

    /** Unsubscribes and goes. What it has it acknowledges first. */
    void leave() throws MqttException {
        client.unsubscribe(filter);
        client.disconnect();
        account.ends(membership, End.MEMBER);
    }

    /** The broker is about to be killed. */
    void brokerDies() {
        account.ends(membership, End.BROKER);
    }

    /** The broker was killed: what is still on its way through this client will be nobody's. */
    void close() throws MqttException {
        if (client.isConnected()) {
            client.disconnectForcibly(0, 1, false);
        }
    }

    @Override
    public void connectionLost(Throwable cause) {
        // The test knows.
    }

    @Override
    public void deliveryComplete(IMqttDeliveryToken token) {}
}
