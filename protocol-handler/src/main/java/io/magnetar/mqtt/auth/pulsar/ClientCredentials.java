package io.magnetar.mqtt.auth.pulsar;

import java.net.SocketAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import org.apache.pulsar.broker.authentication.AuthenticationDataSource;
import org.jspecify.annotations.Nullable;

/**
 * What an MQTT client shows, as Pulsar's providers want to have it: as if it had come in Pulsar's own protocol.
 *
 * <p>Thread: immutable.
 */
final class ClientCredentials implements AuthenticationDataSource {
    private final @Nullable String data;
    private final @Nullable X509Certificate certificate;
    private final SocketAddress address;

    /**
     * @param data a token, or what else the method takes; null when there is none
     * @param certificate the verified one of TLS, or null
     */
    ClientCredentials(@Nullable String data, @Nullable X509Certificate certificate, SocketAddress address) {
        this.data = data;
        this.certificate = certificate;
        this.address = address;
    }

    @Override
    public boolean hasDataFromCommand() {
        return data != null;
    }

    @Override
    @SuppressWarnings("NullAway") // Pulsar's interface has null for nothing.
    public String getCommandData() {
        return data;
    }

    @Override
    public boolean hasDataFromTls() {
        return certificate != null;
    }

    @Override
    @SuppressWarnings("NullAway") // Pulsar's interface has null for nothing.
    public Certificate[] getTlsCertificates() {
        return certificate == null ? null : new Certificate[] {certificate};
    }

    @Override
    public boolean hasDataFromPeer() {
        return true;
    }

    @Override
    public SocketAddress getPeerAddress() {
        return address;
    }
}
