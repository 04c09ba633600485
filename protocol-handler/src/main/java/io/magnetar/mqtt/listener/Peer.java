package io.magnetar.mqtt.listener;

import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who is at the other end of a connection, as far as the transport knows.
 *
 * <p>Thread: immutable.
 *
 * @param address the client's own address: that of the socket, or what the proxy in front of it says
 * @param certificate the verified certificate that the client showed to us or to the proxy, or null
 * @param serverName the name that the client has called the server by in TLS, as it wrote it, or null
 */
public record Peer(
        Listener listener,
        InetSocketAddress address,
        @Nullable Certificate certificate,
        @Nullable String serverName) {

    /**
     * What a certificate says of its owner.
     *
     * @param commonName the first one, or null
     * @param subject its distinguished name as in RFC 2253; null when a proxy does not tell
     * @param alternativeNames the DNS names, addresses, mail addresses and URIs among its subject alternative names, in its order
     * @param shown the certificate itself; null when it was shown to a proxy
     */
    public record Certificate(
            @Nullable String commonName,
            @Nullable String subject,
            List<String> alternativeNames,
            @Nullable X509Certificate shown) {
        /** As a proxy tells of it. */
        public Certificate(@Nullable String commonName, @Nullable String subject, List<String> alternativeNames) {
            this(commonName, subject, alternativeNames, null);
        }
    }
}
