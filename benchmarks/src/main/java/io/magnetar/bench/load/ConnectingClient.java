package io.magnetar.bench.load;

import io.magnetar.bench.wire.ConnAck;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;

/**
 * A client that connects, and times it.
 *
 * <p>Thread: the connection's event loop; after the run any, once the loop is known to be done.
 */
final class ConnectingClient extends Client {
    private long begunNanos;
    private long connectNanos;

    ConnectingClient(Identity identity) {
        super(identity);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        begunNanos = System.nanoTime();
        super.channelActive(ctx);
    }

    @Override
    void accepted(ChannelHandlerContext ctx, ConnAck connAck) {
        connectNanos = System.nanoTime() - begunNanos;
        becomeReady();
    }

    @Override
    void received(ChannelHandlerContext ctx, int firstByte, ByteBuf in, int body, int length) {
        // Nothing is subscribed to.
    }

    /** From CONNECT to CONNACK. */
    long connectNanos() {
        return connectNanos;
    }
}
