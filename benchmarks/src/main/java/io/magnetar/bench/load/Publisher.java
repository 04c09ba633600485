package io.magnetar.bench.load;

import io.magnetar.bench.load.Workload.Pace;
import io.magnetar.bench.wire.ConnAck;
import io.magnetar.bench.wire.PacketBytes;
import io.magnetar.bench.wire.PacketType;
import io.magnetar.bench.wire.PublishFrame;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * A client that publishes as fast as its pace, its unacknowledged messages and its subscribers let it.
 *
 * <p>Thread: the connection's event loop, but for what says otherwise.
 */
final class Publisher extends Client {
    private static final int FRAMES_PER_WRITE = 256;
    private static final int FAILURE = 0x80;

    private final PublishFrame frame;
    private final int qos;
    private final Schedule schedule;
    private final PublishPace pace;
    private final Unacknowledged unacknowledged;
    private final Undelivered undelivered;
    private final Runnable pump = this::pumpAfterWake;
    private final AtomicBoolean woken = new AtomicBoolean();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong settled = new AtomicLong();
    private final Histogram ackMicros = Latency.histogram();
    private @Nullable ByteBuf releases;
    private int next;
    private long arrivedNanos;
    private long measuredSent;
    private long measuredAcknowledged;
    private long refused;

    Publisher(Identity identity, PublishFrame frame, int qos, Schedule schedule, PublishPace pace, Pace limits) {
        super(identity);
        this.frame = frame;
        this.qos = qos;
        this.schedule = schedule;
        this.pace = pace;
        this.unacknowledged = new Unacknowledged(qos == 0 ? 1 : limits.window());
        this.undelivered = new Undelivered(limits.outstanding());
    }

    /** Before the run: one more subscriber that gets what this publishes. */
    void deliversTo(SequenceTracker tracker) {
        undelivered.add(tracker);
    }

    @Override
    void accepted(ChannelHandlerContext ctx, ConnAck connAck) {
        unacknowledged.limitTo(connAck.receiveMaximum());
        becomeReady();
    }

    /** Sends what may be sent; called at the start and then every tick. */
    void tick(long now) {
        undelivered.writeOffWhenStalled(next, now);
        pump();
    }

    /** A subscriber got on. Thread: any. */
    void wake() {
        if (context().executor().inEventLoop()) {
            pump();
        } else if (woken.compareAndSet(false, true)) {
            context().executor().execute(pump);
        }
    }

    private void pumpAfterWake() {
        woken.set(false);
        pump();
    }

    private void pump() {
        long now = System.nanoTime();
        if (!schedule.sends(now)) {
            return;
        }
        long budget = Math.min(pace.due(schedule.elapsed(now)) - next, undelivered.room(next));
        if (qos > 0) {
            budget = Math.min(budget, unacknowledged.room());
        }
        ChannelHandlerContext ctx = context();
        if (budget <= 0 || !ctx.channel().isWritable()) {
            return;
        }
        while (budget > 0 && ctx.channel().isWritable()) {
            int count = (int) Math.min(budget, FRAMES_PER_WRITE);
            writeFrames(ctx, count, now);
            budget -= count;
        }
        sent.lazySet(next);
        ctx.flush();
    }

    private void writeFrames(ChannelHandlerContext ctx, int count, long now) {
        ByteBuf out = ctx.alloc().directBuffer(count * frame.length());
        long elapsed = schedule.elapsed(now);
        for (int i = 0; i < count; i++) {
            long stamp = now - pace.lateness(next, elapsed);
            int packetId = qos == 0 ? 0 : unacknowledged.take(stamp);
            frame.write(out, packetId, next, stamp);
            next++;
            if (schedule.measures(stamp)) {
                measuredSent++;
            }
        }
        write(ctx, out);
    }

    @Override
    void received(ChannelHandlerContext ctx, int firstByte, ByteBuf in, int body, int length) {
        int packetId = length < 2 ? 0 : in.getUnsignedShort(body);
        int code = length > 2 ? in.getUnsignedByte(body + 2) : 0;
        switch (firstByte >> 4) {
            case PacketType.PUBREC -> {
                if (code < FAILURE) {
                    release(ctx, packetId);
                } else {
                    acknowledged(packetId, code);
                }
            }
            case PacketType.PUBACK, PacketType.PUBCOMP -> acknowledged(packetId, code);
            default -> {}
        }
    }

    private void release(ChannelHandlerContext ctx, int packetId) {
        ByteBuf out = releases;
        if (out == null) {
            out = ctx.alloc().directBuffer(FRAMES_PER_WRITE * PacketBytes.ACK_BYTES);
            releases = out;
        }
        PacketBytes.writeAck(out, PacketType.PUBREL, packetId);
    }

    private void acknowledged(int packetId, int code) {
        if (arrivedNanos == 0) {
            arrivedNanos = System.nanoTime();
        }
        long now = arrivedNanos;
        long stamp = unacknowledged.giveBack(packetId);
        settled.lazySet(settled.get() + 1);
        if (code >= FAILURE) {
            refused++;
            return;
        }
        if (schedule.measures(stamp)) {
            Latency.record(ackMicros, now - stamp);
        }
        if (schedule.measures(now)) {
            measuredAcknowledged++;
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ByteBuf out = releases;
        if (out != null) {
            releases = null;
            writeAndFlush(ctx, out);
        }
        arrivedNanos = 0;
        pump();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        super.handlerRemoved(ctx);
        if (releases != null) {
            releases.release();
            releases = null;
        }
    }

    /** Messages given to the socket. Thread: any. */
    long sent() {
        return sent.get();
    }

    /** Messages that the broker has answered, for good or ill. Thread: any. */
    long settled() {
        return settled.get();
    }

    /** Messages due in the measured time. */
    long measuredSent() {
        return measuredSent;
    }

    /** Acknowledgements that arrived in the measured time. */
    long measuredAcknowledged() {
        return measuredAcknowledged;
    }

    /** Messages that the broker answered with an error reason code. */
    long refused() {
        return refused;
    }

    /** Times that deliveries stopped and what was under way was given up. */
    long writtenOff() {
        return undelivered.writeOffs();
    }

    Histogram ackMicros() {
        return ackMicros;
    }
}
