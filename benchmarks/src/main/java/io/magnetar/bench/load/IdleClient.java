package io.magnetar.bench.load;

import io.magnetar.bench.wire.ConnAck;
import io.magnetar.bench.wire.PacketBytes;
import io.magnetar.bench.wire.PacketType;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.util.Map;

/**
 * A client that connects, subscribes to one topic of its own, and is silent.
 *
 * <p>Thread: the connection's event loop.
 */
final class IdleClient extends Client {
    private static final int SUBSCRIBE_ID = 1;
    private static final int FAILURE = 0x80;

    private final String filter;

    IdleClient(Identity identity, String filter) {
        super(identity);
        this.filter = filter;
    }

    @Override
    void accepted(ChannelHandlerContext ctx, ConnAck connAck) {
        writeAndFlush(ctx, PacketBytes.subscribe(ctx.alloc(), version, SUBSCRIBE_ID, filter, 1, Map.of()));
    }

    @Override
    void received(ChannelHandlerContext ctx, int firstByte, ByteBuf in, int body, int length) {
        if (firstByte >> 4 == PacketType.SUBACK) {
            if (in.getUnsignedByte(body + length - 1) >= FAILURE) {
                throw new BrokerRefused("subscription to " + filter + " refused");
            }
            becomeReady();
        }
    }
}
