package io.magnetar.bench.load;

import io.magnetar.bench.wire.ConnAck;
import io.netty.channel.ChannelHandlerContext;

/**
 * A client that comes back to its session and subscribes to nothing.
 *
 * <p>Thread: the connection's event loop.
 */
final class Resumed extends Subscriber {
    Resumed(Identity identity, Arrivals arrivals) {
        super(identity, "", 0, arrivals);
    }

    @Override
    void accepted(ChannelHandlerContext ctx, ConnAck connAck) {
        becomeReady();
    }
}
