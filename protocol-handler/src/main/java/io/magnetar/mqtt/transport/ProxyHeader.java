package io.magnetar.mqtt.transport;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.magnetar.mqtt.listener.Peer;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyProtocolException;
import io.netty.handler.codec.haproxy.HAProxySSLTLV;
import io.netty.handler.codec.haproxy.HAProxyTLV;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/**
 * Takes the PROXY protocol header, version 1 or 2, that a connection begins with: the address of the client, and where the proxy has
 * ended TLS the name that the client has called, and the common name of its certificate if that is verified. A connection that
 * begins otherwise is closed.
 *
 * <p>Thread: the channel's event loop.
 */
final class ProxyHeader extends SimpleChannelInboundHandler<HAProxyMessage> {
    /** Addresses, checksum and what a proxy says of a client's certificate take much less. */
    private static final int MAX_TLV_BYTES = 4_096;

    private static final int VERIFIED = 0;

    private ProxyHeader() {}

    static void addTo(ChannelPipeline pipeline) {
        pipeline.addLast(new HAProxyMessageDecoder(MAX_TLV_BYTES, true)).addLast(new ProxyHeader());
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, HAProxyMessage header) {
        // A proxy's own connection, a probe of whether we are alive, names no client.
        if (header.sourceAddress() != null) {
            switch (header.proxiedProtocol().addressFamily()) {
                case AF_IPv4, AF_IPv6 ->
                    Peers.proxied(
                            ctx.channel(),
                            new InetSocketAddress(header.sourceAddress(), header.sourcePort()),
                            certificate(header.tlvs()).orElse(null),
                            serverName(header.tlvs()).orElse(null));
                default -> throw new HAProxyProtocolException("a proxied client has an internet address");
            }
        }
        var unused = ctx.pipeline().remove(this);
    }

    private static Optional<String> serverName(List<HAProxyTLV> parts) {
        return parts.stream()
                .filter(part -> part.type() == HAProxyTLV.Type.PP2_TYPE_AUTHORITY)
                .map(part -> part.content().toString(UTF_8))
                .findFirst();
    }

    private static Optional<Peer.Certificate> certificate(List<HAProxyTLV> parts) {
        return parts.stream()
                .filter(HAProxySSLTLV.class::isInstance)
                .map(HAProxySSLTLV.class::cast)
                .filter(tls -> tls.verify() == VERIFIED && (tls.isPP2ClientCertConn() || tls.isPP2ClientCertSess()))
                .flatMap(tls -> tls.encapsulatedTLVs().stream())
                .filter(part -> part.type() == HAProxyTLV.Type.PP2_TYPE_SSL_CN)
                .map(part -> new Peer.Certificate(part.content().toString(UTF_8), null, List.of()))
                .findFirst();
    }
}
