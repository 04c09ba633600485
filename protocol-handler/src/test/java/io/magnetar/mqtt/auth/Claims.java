package io.magnetar.mqtt.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.magnetar.mqtt.listener.Listener;
import io.magnetar.mqtt.listener.Peer;
import io.magnetar.mqtt.listener.Scheme;
import io.magnetar.tenancy.Namespace;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What clients say of themselves. */
final class Claims {
    private Claims() {}

    static Authenticator.Claim of(@Nullable String namespace, @Nullable String username, @Nullable String password) {
        return of(namespace, username, password, null);
    }

    /** @param sources those of the listener, null when it has none of its own */
    static Authenticator.Claim of(
            @Nullable String namespace,
            @Nullable String username,
            @Nullable String password,
            @Nullable List<String> sources) {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1883);
        Listener listener = new Listener(
                Scheme.MQTT, address, "", Listener.UNLIMITED, Listener.UNLIMITED, false, null, null, sources, null);
        return new Authenticator.Claim(
                namespace == null ? null : new Namespace(namespace),
                "client",
                username,
                password == null ? null : password.getBytes(UTF_8),
                new Peer(listener, address, null, null));
    }
}
