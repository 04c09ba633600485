package io.magnetar.bench.load;

import io.magnetar.bench.wire.ConnAck;
import io.magnetar.bench.wire.MqttVersion;
import io.magnetar.bench.wire.PacketBytes;
import io.magnetar.bench.wire.PacketReader;
import io.magnetar.bench.wire.PacketType;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One MQTT connection: CONNECT, then whatever the kind of client does, then DISCONNECT.
 *
 * <p>Thread: the connection's event loop; {@link #ready()} and {@link #ended()} may be watched by any.
 */
abstract class Client extends PacketReader {
    final String clientId;
    final MqttVersion version;
    private final boolean durable;

    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private @Nullable ChannelHandlerContext context;
    private boolean leaving;
    private volatile boolean sessionPresent;

    Client(Identity identity) {
        this.clientId = identity.clientId();
        this.version = identity.version();
        this.durable = identity.durable();
    }

    /**
     * Who connects, and in which protocol version.
     *
     * @param durable whether the session is to outlive the connection
     */
    record Identity(String clientId, MqttVersion version, boolean durable) {
        /** One whose session ends with the connection. */
        static Identity transientOne(String clientId, MqttVersion version) {
            return new Identity(clientId, version, false);
        }
    }

    /** Whether the broker had a session for the client; only once accepted. Thread: any. */
    final boolean sessionPresent() {
        return sessionPresent;
    }

    /** Completes when the client can take part in the run. */
    final CompletableFuture<Void> ready() {
        return ready;
    }

    /** Completes when the connection is closed: normally after {@link #leave()}, else with the reason. */
    final CompletableFuture<Void> ended() {
        return ended;
    }

    /** Only once connected. */
    final ChannelHandlerContext context() {
        ChannelHandlerContext connected = context;
        if (connected == null) {
            throw new IllegalStateException(clientId + " is not connected");
        }
        return connected;
    }

    /** The broker accepted the connection; an implementation calls {@link #becomeReady()} now or later. */
    abstract void accepted(ChannelHandlerContext ctx, ConnAck connAck);

    /** Any packet but CONNACK. */
    abstract void received(ChannelHandlerContext ctx, int firstByte, ByteBuf in, int body, int length);

    final void becomeReady() {
        ready.complete(null);
    }

    /** Queues bytes for the broker; a failure ends the connection through {@link #exceptionCaught}. */
    static void write(ChannelHandlerContext ctx, ByteBuf bytes) {
        var unused = ctx.write(bytes, ctx.voidPromise());
    }

    /** Like {@link #write}, and sends all that is queued. */
    static void writeAndFlush(ChannelHandlerContext ctx, ByteBuf bytes) {
        var unused = ctx.writeAndFlush(bytes, ctx.voidPromise());
    }

    /** Disconnects. Thread: any. */
    final void leave() {
        ChannelHandlerContext connected = context();
        connected.executor().execute(() -> {
            leaving = true;
            var unused = connected
                    .writeAndFlush(PacketBytes.disconnect(connected.alloc()))
                    .addListener(ChannelFutureListener.CLOSE);
        });
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        context = ctx;
        writeAndFlush(ctx, PacketBytes.connect(ctx.alloc(), version, clientId, durable));
    }

    @Override
    protected final void packet(ChannelHandlerContext ctx, int firstByte, ByteBuf in, int body, int length) {
        int type = firstByte >> 4;
        if (type == PacketType.CONNACK) {
            ConnAck connAck = ConnAck.read(version, in, body, length);
            if (connAck.code() != 0) {
                throw new BrokerRefused("connection of " + clientId + " refused with code " + connAck.code());
            }
            sessionPresent = (in.getUnsignedByte(body) & 1) != 0;
            accepted(ctx, connAck);
        } else if (type == PacketType.DISCONNECT) {
            int reason = length > 0 ? in.getUnsignedByte(body) : 0;
            throw new BrokerRefused("broker disconnected " + clientId + " with reason code " + reason);
        } else {
            received(ctx, firstByte, in, body, length);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (leaving) {
            ended.complete(null);
        } else {
            fail(new BrokerRefused("broker closed the connection of " + clientId));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        fail(cause);
        var unused = ctx.close();
    }

    private void fail(Throwable cause) {
        ready.completeExceptionally(cause);
        ended.completeExceptionally(cause);
    }
}
