package io.magnetar.it.mqtt;

import com.hivemq.client.mqtt.datatypes.MqttUtf8String;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientConfig;
import com.hivemq.client.mqtt.mqtt5.auth.Mqtt5EnhancedAuthMechanism;
import com.hivemq.client.mqtt.mqtt5.message.auth.Mqtt5Auth;
import com.hivemq.client.mqtt.mqtt5.message.auth.Mqtt5AuthBuilder;
import com.hivemq.client.mqtt.mqtt5.message.auth.Mqtt5EnhancedAuthBuilder;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5Disconnect;
import java.nio.ByteBuffer;
import java.security.NoSuchAlgorithmException;
import java.util.concurrent.CompletableFuture;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.sasl.SaslException;
import org.apache.kafka.common.security.scram.internals.ScramMechanism;
import org.apache.kafka.common.security.scram.internals.ScramSaslClient;

/** SCRAM as Kafka's clients speak it, in the enhanced authentication of HiveMQ's client. The server's signature is verified. */
final class KafkaScram implements Mqtt5EnhancedAuthMechanism {
    private final String method;
    private final String username;
    private final String password;
    private ScramSaslClient scram;

    KafkaScram(String method, String username, String password) {
        this.method = method;
        this.username = username;
        this.password = password;
        this.scram = scram();
    }

    private ScramSaslClient scram() {
        try {
            return new ScramSaslClient(ScramMechanism.forMechanismName(method), this::tell);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private void tell(Callback[] callbacks) throws UnsupportedCallbackException {
        for (Callback callback : callbacks) {
            if (callback instanceof NameCallback name) {
                name.setName(username);
            } else if (callback instanceof PasswordCallback asked) {
                asked.setPassword(password.toCharArray());
            } else {
                throw new UnsupportedCallbackException(callback);
            }
        }
    }

    /** The server has proved that it knows the user, too. */
    boolean isComplete() {
        return scram.isComplete();
    }

    private byte[] answer(byte[] challenge) {
        try {
            return scram.evaluateChallenge(challenge);
        } catch (SaslException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] bytes(ByteBuffer data) {
        byte[] bytes = new byte[data.remaining()];
        data.get(bytes);
        return bytes;
    }

    @Override
    public MqttUtf8String getMethod() {
        return MqttUtf8String.of(method);
    }

    @Override
    public int getTimeout() {
        return 20;
    }

    @Override
    public CompletableFuture<Void> onAuth(
            Mqtt5ClientConfig client, Mqtt5Connect connect, Mqtt5EnhancedAuthBuilder auth) {
        auth.data(answer(new byte[0]));
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Void> onReAuth(Mqtt5ClientConfig client, Mqtt5AuthBuilder auth) {
        scram = scram();
        auth.data(answer(new byte[0]));
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Boolean> onContinue(Mqtt5ClientConfig client, Mqtt5Auth auth, Mqtt5AuthBuilder builder) {
        builder.data(answer(bytes(auth.getData().orElseThrow())));
        return CompletableFuture.completedFuture(true);
    }

    @Override
    public CompletableFuture<Boolean> onAuthSuccess(Mqtt5ClientConfig client, Mqtt5ConnAck connAck) {
        return verified(connAck.getEnhancedAuth().orElseThrow().getData().orElseThrow());
    }

    @Override
    public CompletableFuture<Boolean> onReAuthSuccess(Mqtt5ClientConfig client, Mqtt5Auth auth) {
        return verified(auth.getData().orElseThrow());
    }

    private CompletableFuture<Boolean> verified(ByteBuffer last) {
        byte[] none = answer(bytes(last));
        return CompletableFuture.completedFuture(scram.isComplete() && none == null);
    }

    @Override
    public void onAuthRejected(Mqtt5ClientConfig client, Mqtt5ConnAck connAck) {
        // The test looks at the CONNACK.
    }

    @Override
    public void onReAuthRejected(Mqtt5ClientConfig client, Mqtt5Disconnect disconnect) {
        // The test looks at the connection.
    }

    @Override
    public void onAuthError(Mqtt5ClientConfig client, Throwable cause) {
        // The test looks at the connection.
    }

    @Override
    public void onReAuthError(Mqtt5ClientConfig client, Throwable cause) {
        // The test looks at the connection.
    }
}
