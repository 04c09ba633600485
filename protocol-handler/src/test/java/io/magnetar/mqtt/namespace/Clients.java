package io.magnetar.mqtt.namespace;

import io.magnetar.message.UserProperty;
import io.magnetar.mqtt.listener.Listener;
import io.magnetar.mqtt.listener.Peer;
import io.magnetar.mqtt.listener.Scheme;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Clients that come. Stateless. */
final class Clients {
    private Clients() {}

    /** One of which only the identifier and the user name are known. */
    static Newcomer client(String clientId, @Nullable String username, UserProperty... properties) {
        return new Newcomer(clientId, username, List.of(properties), peer(null, null, null));
    }

    /** One that comes to a listener. */
    static Newcomer from(Peer peer) {
        return new Newcomer("client", null, List.of(), peer);
    }

    static Peer peer(
            @Nullable String namespaceOfListener, Peer.@Nullable Certificate certificate, @Nullable String serverName) {
        Listener listener = new Listener(
                Scheme.MQTTS,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 8883),
                "",
                Listener.UNLIMITED,
                Listener.UNLIMITED,
                false,
                null,
                namespaceOfListener,
                null,
                null);
        return new Peer(
                listener, new InetSocketAddress(InetAddress.getLoopbackAddress(), 40_000), certificate, serverName);
    }
}
