package io.magnetar.mqtt.listener;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who is at the other end of a connection, as far as the transport knows.
 *
 * <p>Thread: immutable.
 *
 * @param listener the name of the listener
 * @param address the client's own address: that of the socket, or what the proxy in front of it says
 * @param certificateName the common name of the verified certificate that the client showed to us or to the proxy, or null
 */
public record Peer(
        String listener,
        InetSocketAddress address,
        @Nullable String certificateName) {}
