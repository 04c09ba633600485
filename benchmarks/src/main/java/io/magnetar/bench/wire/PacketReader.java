package io.magnetar.bench.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/**
 * Cuts what arrives into control packets and shows each in place, without copying it or making an object for it.
 *
 * <p>Thread: the connection's event loop.
 */
public abstract class PacketReader extends ChannelInboundHandlerAdapter {
    private static final int MAX_LENGTH_SHIFT = 21;

    private @Nullable ByteBuf partial;

    /**
     * One whole packet.
     *
     * @param firstByte type and flags
     * @param in holds the packet; not to be kept, its indexes not to be moved
     * @param body index of the first byte after the fixed header
     * @param length bytes from there on
     */
    protected abstract void packet(ChannelHandlerContext ctx, int firstByte, ByteBuf in, int body, int length);

    @Override
    public final void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = join((ByteBuf) message);
        try {
            cut(ctx, in);
        } catch (RuntimeException e) {
            in.release();
            throw e;
        }
        keepRest(ctx, in);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (partial != null) {
            partial.release();
            partial = null;
        }
    }

    private ByteBuf join(ByteBuf arrived) {
        ByteBuf begun = partial;
        if (begun == null) {
            return arrived;
        }
        partial = null;
        try {
            return begun.writeBytes(arrived);
        } finally {
            arrived.release();
        }
    }

    private void cut(ChannelHandlerContext ctx, ByteBuf in) {
        while (in.readableBytes() >= 2) {
            int start = in.readerIndex();
            int end = in.writerIndex();
            int body = start + 1;
            int length = 0;
            int shift = 0;
            byte digit;
            do {
                if (body == end) {
                    return;
                }
                if (shift > MAX_LENGTH_SHIFT) {
                    throw new MalformedPacket("remaining length of more than four bytes");
                }
                digit = in.getByte(body++);
                length |= (digit & 0x7F) << shift;
                shift += 7;
            } while (digit < 0);
            if (end - body < length) {
                return;
            }
            in.readerIndex(body + length);
            packet(ctx, in.getUnsignedByte(start), in, body, length);
        }
    }

    /** Takes over {@code in}: a packet's beginning is kept for the next read, in a buffer that does not pin the old one. */
    private void keepRest(ChannelHandlerContext ctx, ByteBuf in) {
        if (!in.isReadable()) {
            in.release();
        } else if (in.readerIndex() == 0 && in.maxFastWritableBytes() > in.readableBytes()) {
            partial = in;
        } else {
            partial = ctx.alloc().buffer(Math.max(4096, 2 * in.readableBytes())).writeBytes(in);
            in.release();
        }
    }
}
