package io.magnetar.bench.load;

import io.magnetar.bench.wire.ConnAck;
import io.magnetar.bench.wire.PacketBytes;
import io.magnetar.bench.wire.PacketType;
import io.magnetar.bench.wire.VariableInt;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A client with one subscription, which acknowledges as its QoS asks and accounts for every message.
 *
 * <p>Thread: the connection's event loop.
 */
class Subscriber extends Client {
    private static final int SUBSCRIBE_ID = 1;
    private static final int FAILURE = 0x80;
    private static final int ACK_BUFFER = 4096;

    private final String filter;
    private final int qos;
    private final Map<String, String> userProperties;
    private final Arrivals arrivals;
    private @Nullable ByteBuf acks;
    private long arrivedNanos;

    Subscriber(Identity identity, String filter, int qos, Arrivals arrivals) {
        this(identity, filter, qos, Map.of(), arrivals);
    }

    /** @param userProperties of its SUBSCRIBE, which only MQTT 5 has */
    Subscriber(Identity identity, String filter, int qos, Map<String, String> userProperties, Arrivals arrivals) {
        super(identity);
        this.filter = filter;
        this.qos = qos;
        this.userProperties = userProperties;
        this.arrivals = arrivals;
    }

    @Override
    void accepted(ChannelHandlerContext ctx, ConnAck connAck) {
        writeAndFlush(ctx, PacketBytes.subscribe(ctx.alloc(), version, SUBSCRIBE_ID, filter, qos, userProperties));
    }

    @Override
    void received(ChannelHandlerContext ctx, int firstByte, ByteBuf in, int body, int length) {
        switch (firstByte >> 4) {
            case PacketType.PUBLISH -> publish(ctx, firstByte, in, body, length);
            case PacketType.PUBREL -> acknowledge(ctx, PacketType.PUBCOMP, in.getUnsignedShort(body));
            case PacketType.SUBACK -> {
                int code = in.getUnsignedByte(body + length - 1);
                if (code >= FAILURE) {
                    throw new BrokerRefused("subscription to " + filter + " refused with code " + code);
                }
                becomeReady();
            }
            default -> {}
        }
    }

    private void publish(ChannelHandlerContext ctx, int firstByte, ByteBuf in, int body, int length) {
        if (arrivedNanos == 0) {
            arrivedNanos = System.nanoTime();
        }
        int messageQos = (firstByte >> 1) & 0x3;
        int at = body + 2 + in.getUnsignedShort(body);
        if (messageQos > 0) {
            acknowledge(ctx, messageQos == 1 ? PacketType.PUBACK : PacketType.PUBREC, in.getUnsignedShort(at));
            at += 2;
        }
        if (version.hasProperties()) {
            at = VariableInt.skipProperties(in, at);
        }
        arrivals.message(in, at, body + length - at, arrivedNanos);
    }

    private void acknowledge(ChannelHandlerContext ctx, int type, int packetId) {
        ByteBuf out = acks;
        if (out == null) {
            out = ctx.alloc().directBuffer(ACK_BUFFER);
            acks = out;
        }
        PacketBytes.writeAck(out, type, packetId);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ByteBuf out = acks;
        if (out != null) {
            acks = null;
            writeAndFlush(ctx, out);
        }
        if (arrivedNanos != 0) {
            arrivals.readComplete(arrivedNanos);
            arrivedNanos = 0;
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        super.handlerRemoved(ctx);
        if (acks != null) {
            acks.release();
            acks = null;
        }
    }
}
