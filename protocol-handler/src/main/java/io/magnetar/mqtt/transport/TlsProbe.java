package io.magnetar.mqtt.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import javax.net.ssl.SSLException;

/**
 * Tries TLS before it is used, by a handshake in memory: a key that is not its certificate's, or a cipher that does not fit the
 * key, would else be found by the clients, one by one. Stateless.
 */
final class TlsProbe {
    private TlsProbe() {}

    /**
     * Does a handshake.
     *
     * @param server asks for no client certificate
     * @throws IOException when it fails; the message says why
     */
    static void of(SslContext server, SslContextBuilder client) throws IOException {
        SslContext ofClient =
                client.trustManager(InsecureTrustManagerFactory.INSTANCE).build();
        EmbeddedChannel serving = new EmbeddedChannel();
        EmbeddedChannel asking = new EmbeddedChannel();
        try {
            SslHandler served = server.newHandler(serving.alloc());
            SslHandler asked = ofClient.newHandler(asking.alloc());
            serving.pipeline().addLast(served, new ToldByTheHandshake());
            asking.pipeline().addLast(asked, new ToldByTheHandshake());
            boolean talking = true;
            while (talking) {
                boolean hasAsked = pass(asking, serving);
                boolean hasServed = pass(serving, asking);
                talking = hasAsked || hasServed;
            }
            check(served);
            check(asked);
        } finally {
            close(serving);
            close(asking);
        }
    }

    private static void close(EmbeddedChannel channel) {
        var unused = channel.close();
        channel.releaseInbound();
        channel.releaseOutbound();
    }

    /** What fails is known from the future of the handshake. */
    private static final class ToldByTheHandshake extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {}
    }

    private static boolean pass(EmbeddedChannel from, EmbeddedChannel to) {
        Object bytes = from.readOutbound();
        if (bytes == null) {
            return false;
        }
        to.pipeline().fireChannelRead(bytes).fireChannelReadComplete();
        return true;
    }

    private static void check(SslHandler handler) throws SSLException {
        var handshake = handler.handshakeFuture();
        if (!handshake.isSuccess()) {
            Throwable cause = handshake.cause();
            throw new SSLException(
                    "a handshake fails: " + (cause == null ? "it does not end" : cause.getMessage()), cause);
        }
    }
}
