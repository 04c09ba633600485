package io.magnetar.mqtt.transport;

import io.magnetar.mqtt.listener.Listener;
import io.magnetar.mqtt.listener.Peer;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AttributeKey;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** Who is at the other end of a channel. Thread: the channel's event loop. */
public final class Peers {
    private static final AttributeKey<Peer> PEER = AttributeKey.valueOf(Peers.class, "peer");
    private static final InetSocketAddress NOWHERE = new InetSocketAddress(0);

    private Peers() {}

    static void open(Channel channel, Listener listener) {
        InetSocketAddress address = channel.remoteAddress() instanceof InetSocketAddress known ? known : NOWHERE;
        channel.attr(PEER).set(new Peer(listener.name(), address, null));
    }

    /** A proxy says for whom it has opened the channel. */
    static void proxied(Channel channel, InetSocketAddress address, @Nullable String certificateName) {
        channel.attr(PEER).set(new Peer(channel.attr(PEER).get().listener(), address, certificateName));
    }

    /** What is known by now: all of it once the first byte of MQTT has come. */
    public static Peer of(Channel channel) {
        Peer peer = channel.attr(PEER).get();
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        Optional<String> shown = tls == null ? Optional.empty() : certificateName(tls);
        return shown.isPresent() ? new Peer(peer.listener(), peer.address(), shown.get()) : peer;
    }

    private static Optional<String> certificateName(SslHandler tls) {
        try {
            X509Certificate shown = (X509Certificate) tls.engine().getSession().getPeerCertificates()[0];
            return new LdapName(shown.getSubjectX500Principal().getName())
                    .getRdns().stream()
                            .filter(part -> part.getType().equalsIgnoreCase("CN"))
                            .map(Rdn::getValue)
                            .map(Object::toString)
                            .findFirst();
        } catch (SSLPeerUnverifiedException | InvalidNameException e) {
            return Optional.empty();
        }
    }
}
