package io.magnetar.mqtt.admin.pulsar;

import io.magnetar.mqtt.admin.AdminRequest;
import java.net.SocketAddress;
import java.util.Locale;
import org.apache.pulsar.broker.authentication.AuthenticationDataSource;
import org.jspecify.annotations.Nullable;

/**
 * What a request brings to prove who asks, as Pulsar's authentication reads it.
 *
 * <p>Thread: immutable.
 */
final class HttpCredentials implements AuthenticationDataSource {
    private final AdminRequest request;

    HttpCredentials(AdminRequest request) {
        this.request = request;
    }

    @Override
    public boolean hasDataFromHttp() {
        return true;
    }

    @Override
    public @Nullable String getHttpHeader(String name) {
        return request.headers().get(name.toLowerCase(Locale.ROOT));
    }

    @Override
    public boolean hasDataFromPeer() {
        return true;
    }

    @Override
    public SocketAddress getPeerAddress() {
        return request.from();
    }
}
