package io.magnetar.bench.load;

import io.magnetar.bench.wire.ConnAck;
import io.magnetar.bench.wire.PacketType;
import io.magnetar.bench.wire.PublishFrame;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A client that publishes so many numbered messages of QoS 1 to some topics in turn, as fast as they are acknowledged.
 *
 * <p>Thread: the connection's event loop.
 */
final class OwedPublisher extends Client {
    private static final int QOS = 1;
    private static final int WINDOW = 1_000;
    private static final int TOGETHER = 100;
    private static final int FAILURE = 0x80;

    private final int count;
    private final List<PublishFrame> frames = new ArrayList<>();
    private final Unacknowledged unacknowledged = new Unacknowledged(WINDOW);
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private int next;
    private int acknowledged;

    /** @param topic of number {@code i}: this, a slash and {@code i} */
    OwedPublisher(Identity identity, String topic, int run, OwedRun.Owed owed) {
        super(identity);
        this.count = owed.count();
        for (int i = 0; i < owed.topics(); i++) {
            frames.add(new PublishFrame(version, topic + "/" + i, QOS, owed.payload(), run, 0));
        }
    }

    /** Connects one, and returns when the broker has acknowledged all and every client of {@code open} has left. */
    static void publishAll(Connections open, Broker broker, String topic, int run, OwedRun.Owed owed)
            throws InterruptedException {
        Identity identity = Identity.transientOne("bench-" + Integer.toHexString(run) + "-to", broker.version());
        OwedPublisher publisher = new OwedPublisher(identity, topic, run, owed);
        open.connect(List.of(publisher), i -> i);
        while (!publisher.done.isDone()) {
            open.check();
            TimeUnit.MILLISECONDS.sleep(10);
        }
        open.leave();
    }

    @Override
    void accepted(ChannelHandlerContext ctx, ConnAck connAck) {
        unacknowledged.limitTo(connAck.receiveMaximum());
        becomeReady();
        publishMore(ctx);
    }

    private void publishMore(ChannelHandlerContext ctx) {
        int room = Math.min(unacknowledged.room(), count - next);
        if (room < Math.min(TOGETHER, count - next) || room == 0) {
            return;
        }
        ByteBuf out = ctx.alloc().directBuffer(room * frames.get(0).length());
        for (int i = 0; i < room; i++, next++) {
            long now = System.nanoTime();
            frames.get(next % frames.size()).write(out, unacknowledged.take(now), next, now);
        }
        writeAndFlush(ctx, out);
    }

    @Override
    void received(ChannelHandlerContext ctx, int firstByte, ByteBuf in, int body, int length) {
        if (firstByte >> 4 != PacketType.PUBACK) {
            return;
        }
        if (length > 2 && in.getUnsignedByte(body + 2) >= FAILURE) {
            throw new BrokerRefused("a publish was refused with code " + in.getUnsignedByte(body + 2));
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
