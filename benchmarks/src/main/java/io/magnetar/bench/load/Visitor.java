package io.magnetar.bench.load;

import io.magnetar.bench.wire.ConnAck;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;

/** A client that does nothing: with a clean session it ends one that was kept. Thread: the connection's event loop. */
final class Visitor extends Client {
    Visitor(Identity identity) {
        super(identity);
    }

    @Override
    void accepted(ChannelHandlerContext ctx, ConnAck connAck) {
        becomeReady();
    }

    @Override
    void received(ChannelHandlerContext ctx, int firstByte, ByteBuf in, int body, int length) {
        // What is still on its way to the session that ends here.
    }
}
