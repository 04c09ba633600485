package io.magnetar.mqtt.transport;

import io.magnetar.mqtt.listener.Listener;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * The gate of a listener: how many connections it has at once, and how many it accepts in a second. Connections beyond the number
 * are closed as they come, before they cost a handshake. Those beyond the rate wait in the system's queue, and come to nothing
 * only when that is full.
 *
 * <p>Thread: the event loop of the listening channel; connections are counted down on their own.
 */
final class AcceptGate extends ChannelInboundHandlerAdapter {
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final int maxConnections;
    private final int perSecond;
    private final BooleanSupplier hasRoom;
    private final TurnedAway turnedAway;
    private final AtomicInteger connections = new AtomicInteger();
    private long secondBeganNanos = System.nanoTime();
    private int acceptedInSecond;

    /**
     * @param hasRoom whether the broker can have one more connection
     * @param turnedAway is told of each connection that is closed as it comes
     */
    AcceptGate(Listener listener, BooleanSupplier hasRoom, TurnedAway turnedAway) {
        this.maxConnections = listener.maxConnections();
        this.perSecond = listener.connectionRate();
        this.hasRoom = hasRoom;
        this.turnedAway = turnedAway;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        Channel connection = (Channel) message;
        boolean fits = connections.incrementAndGet() <= maxConnections;
        if (!fits || !hasRoom.getAsBoolean()) {
            connections.decrementAndGet();
            turnedAway.turnedAway(
                    connection.remoteAddress(),
                    fits
                            ? "the broker has room for no more connections"
                            : "the listener has at most " + maxConnections + " connections");
            connection.unsafe().closeForcibly();
        } else {
            var unused = connection.closeFuture().addListener(closed -> connections.decrementAndGet());
            ctx.fireChannelRead(connection);
        }
        pace(ctx.channel());
    }

    /** Accepts no more in this second when its number is reached. */
    private void pace(Channel listening) {
        long now = System.nanoTime();
        if (now - secondBeganNanos >= SECOND_NANOS) {
            secondBeganNanos = now;
            acceptedInSecond = 0;
        }
        acceptedInSecond++;
        if (acceptedInSecond >= perSecond && listening.config().isAutoRead()) {
            listening.config().setAutoRead(false);
            var unused = listening
                    .eventLoop()
                    .schedule(
                            () -> listening.config().setAutoRead(true),
                            secondBeganNanos + SECOND_NANOS - now,
                            TimeUnit.NANOSECONDS);
        }
    }
}
