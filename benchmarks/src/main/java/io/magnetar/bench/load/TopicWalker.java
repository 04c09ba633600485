package io.magnetar.bench.load;

import io.magnetar.bench.wire.ConnAck;
import io.magnetar.bench.wire.PacketType;
import io.magnetar.bench.wire.PublishFrame;
import io.magnetar.bench.wire.Stamp;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.CompletableFuture;

/**
 * A client that publishes once, at QoS 1, to each topic of a long list.
 *
 * <p>Thread: the connection's event loop; {@link #done()} may be watched by any.
 */
final class TopicWalker extends Client {
    private static final int QOS = 1;

    private final String topicPrefix;
    private final int count;
    private final Unacknowledged unacknowledged = new Unacknowledged(200);
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private int next;
    private int acknowledged;

    TopicWalker(Identity identity, String topicPrefix, int count) {
        super(identity);
        this.topicPrefix = topicPrefix;
        this.count = count;
    }

    /** Completes when the broker has acknowledged all. */
    CompletableFuture<Void> done() {
        return done;
    }

    @Override
    void accepted(ChannelHandlerContext ctx, ConnAck connAck) {
        unacknowledged.limitTo(connAck.receiveMaximum());
        becomeReady();
        publishMore(ctx);
    }

    private void publishMore(ChannelHandlerContext ctx) {
        int room = Math.min(unacknowledged.room(), count - next);
        if (room <= 0) {
            return;
        }
        ByteBuf out = ctx.alloc().directBuffer();
        for (int i = 0; i < room; i++, next++) {
            PublishFrame frame = new PublishFrame(version, topicPrefix + "/" + next, QOS, Stamp.BYTES, 0, 0);
            frame.write(out, unacknowledged.take(System.nanoTime()), next, System.nanoTime());
        }
        writeAndFlush(ctx, out);
    }

    @Override
    void received(ChannelHandlerContext ctx, int firstByte, ByteBuf in, int body, int length) {
        if (firstByte >> 4 != PacketType.PUBACK) {
            return;
        }
        unacknowledged.giveBack(in.getUnsignedShort(body));
        acknowledged++;
        if (acknowledged == count) {
            done.complete(null);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        publishMore(ctx);
    }
}
