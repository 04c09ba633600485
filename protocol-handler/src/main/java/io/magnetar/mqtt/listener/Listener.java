package io.magnetar.mqtt.listener;

import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An address that MQTT clients connect to.
 *
 * <p>Thread: immutable.
 *
 * @param path where WebSockets are opened; empty for the other schemes
 * @param maxConnections how many connections it has at once; more are closed as they come
 * @param connectionRate how many connections it accepts in a second; more wait to be accepted
 * @param proxied every connection begins with a PROXY protocol header, which says whose it is
 * @param tls how clients are met on it; null for the schemes without TLS
 * @param namespace the name of the namespace that its clients are in where listeners tell it, or null
 * @param authentication the names of the sources that are asked who its clients are, in their order; null for those of the broker
 * @param mountpoint what its clients' topics begin with, with placeholders; null for nothing
 */
public record Listener(
        Scheme scheme,
        InetSocketAddress address,
        String path,
        int maxConnections,
        int connectionRate,
        boolean proxied,
        @Nullable TlsSettings tls,
        @Nullable String namespace,
        @Nullable List<String> authentication,
        @Nullable String mountpoint) {
    /** The value of {@code maxConnections} and {@code connectionRate} that limits nothing. */
    public static final int UNLIMITED = Integer.MAX_VALUE;

    /** The listener as a client or an operator writes it. */
    public String name() {
        return name(address.getPort());
    }

    /** @param port the port that the system chose when none was asked for */
    public String name(int port) {
        String host = address.getHostString();
        return scheme.label() + "://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port + path;
    }
}
