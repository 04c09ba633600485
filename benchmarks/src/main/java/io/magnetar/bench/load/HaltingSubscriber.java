package io.magnetar.bench.load;

import io.magnetar.bench.wire.ConnAck;
import io.magnetar.bench.wire.PacketBytes;
import io.magnetar.bench.wire.PacketType;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * A client that subscribes at QoS 1 and acknowledges nothing: it gets as much as its window holds, and then no more.
 *
 * <p>Thread: the connection's event loop; {@link #first()} may be watched by any.
 */
final class HaltingSubscriber extends Client {
    private static final int SUBSCRIBE_ID = 1;
    private static final int QOS = 1;

    private final String filter;
    private final CompletableFuture<Void> first = new CompletableFuture<>();

    HaltingSubscriber(Identity identity, String filter) {
        super(identity);
        this.filter = filter;
    }

    /** Completes with its first message. */
    CompletableFuture<Void> first() {
        return first;
    }

    @Override
    void accepted(ChannelHandlerContext ctx, ConnAck connAck) {
        writeAndFlush(ctx, PacketBytes.subscribe(ctx.alloc(), version, SUBSCRIBE_ID, filter, QOS, Map.of()));
    }

    @Override
    void received(ChannelHandlerContext ctx, int firstByte, ByteBuf in, int body, int length) {
        switch (firstByte >> 4) {
            case PacketType.SUBACK -> {
                if (in.getUnsignedByte(body + length - 1) > QOS) {
                    throw new BrokerRefused("subscription to " + filter + " refused");
                }
                becomeReady();
            }
            case PacketType.PUBLISH -> first.complete(null);
            default -> {}
        }
    }
}
