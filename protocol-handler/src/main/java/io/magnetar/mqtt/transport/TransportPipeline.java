package io.magnetar.mqtt.transport;

import io.magnetar.mqtt.listener.Listener;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import java.util.function.BooleanSupplier;

/**
 * The handlers between a listener's sockets and MQTT, in the order of the bytes: PROXY protocol, TLS, WebSocket. To those behind
 * them a connection is a stream of MQTT bytes in both directions, whatever it is wrapped in.
 *
 * <p>Thread: any; what it makes belongs to the event loop of its channel.
 */
public final class TransportPipeline {
    /** Room for other packets in a frame with the largest one. */
    private static final int FRAME_SPARE_BYTES = 64 * 1024;

    private final Listener listener;
    private final TlsContexts tls;
    private final long handshakeTimeoutMillis;
    private final int maxPacketSize;

    /** @param handshakeTimeoutMillis how long TLS may take to be agreed on */
    public TransportPipeline(Listener listener, TlsContexts tls, long handshakeTimeoutMillis, int maxPacketSize) {
        this.listener = listener;
        this.tls = tls;
        this.handshakeTimeoutMillis = handshakeTimeoutMillis;
        this.maxPacketSize = maxPacketSize;
    }

    /**
     * Puts the listener's gate before the accepting of connections.
     *
     * @param hasRoom whether the broker can have one more connection; any thread
     */
    public void guard(ServerBootstrap bootstrap, BooleanSupplier hasRoom, TurnedAway turnedAway) {
        bootstrap.handler(new AcceptGate(listener, hasRoom, turnedAway));
    }

    /** Prepares a new connection. */
    public void addTo(Channel channel) {
        Peers.open(channel, listener);
        ChannelPipeline pipeline = channel.pipeline();
        if (listener.proxied()) {
            ProxyHeader.addTo(pipeline);
        }
        tls.of(listener).ifPresent(context -> {
            SslHandler handler = context.handler(channel.alloc(), handshakeTimeoutMillis);
            pipeline.addLast(handler);
        });
        if (listener.scheme().isWebSocket()) {
            WebSocketHandshake.addTo(pipeline, listener.path(), maxPacketSize + FRAME_SPARE_BYTES);
        }
    }

    /** Ends the sending side of a connection, layer by layer, behind all that was written. */
    public static void endOutput(Channel channel) {
        ChannelPipeline pipeline = channel.pipeline();
        ChannelHandlerContext context = pipeline.context(WebSocketHandshake.class);
        if (context != null) {
            ((WebSocketHandshake) context.handler()).end(context);
        }
        context = pipeline.context(WebSocketFrames.class);
        if (context != null) {
            ((WebSocketFrames) context.handler()).end(context);
        }
        SslHandler tls = pipeline.get(SslHandler.class);
        ChannelFuture ended = tls == null ? channel.writeAndFlush(Unpooled.EMPTY_BUFFER) : tls.closeOutbound();
        var unused = ended.addListener(written -> shutdownOutput(channel));
    }

    private static void shutdownOutput(Channel channel) {
        if (channel instanceof DuplexChannel duplex && channel.isActive()) {
            var unused = duplex.shutdownOutput();
        }
    }
}
