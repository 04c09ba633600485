package io.magnetar.mqtt.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.magnetar.mqtt.listener.Listener;
import io.magnetar.mqtt.listener.Peer;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AttributeKey;
import java.net.InetSocketAddress;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.StandardConstants;
import org.jspecify.annotations.Nullable;

/** Who is at the other end of a channel. Thread: the channel's event loop. */
public final class Peers {
    private static final AttributeKey<Peer> PEER = AttributeKey.valueOf(Peers.class, "peer");
    private static final InetSocketAddress NOWHERE = new InetSocketAddress(0);
    /** Mail addresses, DNS names, URIs and addresses, RFC 5280 section 4.2.1.6: those that are text. */
    private static final Set<Integer> TEXT_NAMES = Set.of(1, 2, 6, 7);

    private Peers() {}

    static void open(Channel channel, Listener listener) {
        InetSocketAddress address = channel.remoteAddress() instanceof InetSocketAddress known ? known : NOWHERE;
        channel.attr(PEER).set(new Peer(listener, address, null, null));
    }

    /** A proxy says for whom it has opened the channel. */
    static void proxied(
            Channel channel,
            InetSocketAddress address,
            Peer.@Nullable Certificate certificate,
            @Nullable String serverName) {
        channel.attr(PEER).set(new Peer(channel.attr(PEER).get().listener(), address, certificate, serverName));
    }

    /** The address of the client, as far as it is known by now. */
    public static InetSocketAddress addressOf(Channel channel) {
        return channel.attr(PEER).get().address();
    }

    /** What is known by now: all of it once the first byte of MQTT has come. */
    public static Peer of(Channel channel) {
        Peer peer = channel.attr(PEER).get();
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls == null) {
            return peer;
        }
        SSLSession session = tls.engine().getSession();
        Peer.Certificate shown = certificate(session);
        String asked = serverName(session);
        return new Peer(
                peer.listener(),
                peer.address(),
                shown == null ? peer.certificate() : shown,
                asked == null ? peer.serverName() : asked);
    }

    private static @Nullable String serverName(SSLSession session) {
        if (!(session instanceof ExtendedSSLSession extended)) {
            return null;
        }
        try {
            return extended.getRequestedServerNames().stream()
                    .filter(name -> name.getType() == StandardConstants.SNI_HOST_NAME)
                    .findFirst()
                    .map(name -> asWritten(name.getEncoded()))
                    .orElse(null);
        } catch (IllegalArgumentException e) {
            return null; // What the client sent is no host name.
        }
    }

    /** A server name as the client wrote it, a character for each byte: what Java calls the name is folded, as the Kelvin sign to k. */
    static String asWritten(byte[] name) {
        return new String(name, ISO_8859_1);
    }

    private static Peer.@Nullable Certificate certificate(SSLSession session) {
        try {
            X509Certificate shown = (X509Certificate) session.getPeerCertificates()[0];
            String subject = shown.getSubjectX500Principal().getName();
            return new Peer.Certificate(commonName(subject), subject, alternativeNames(shown), shown);
        } catch (SSLPeerUnverifiedException e) {
            return null;
        }
    }

    private static @Nullable String commonName(String subject) {
        try {
            return new LdapName(subject)
                    .getRdns().stream()
                            .filter(part -> part.getType().equalsIgnoreCase("CN"))
                            .map(Rdn::getValue)
                            .map(Object::toString)
                            .findFirst()
                            .orElse(null);
        } catch (InvalidNameException e) {
            return null;
        }
    }

    private static List<String> alternativeNames(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            return names == null
                    ? List.of()
                    : names.stream()
                            .filter(name -> TEXT_NAMES.contains((Integer) name.get(0)))
                            .map(name -> String.valueOf(name.get(1)))
                            .toList();
        } catch (CertificateParsingException e) {
            return List.of();
        }
    }
}
