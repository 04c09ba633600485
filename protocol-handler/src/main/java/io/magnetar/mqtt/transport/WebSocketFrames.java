package io.magnetar.mqtt.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;

/**
 * MQTT in the frames of a WebSocket, RFC 6455 and MQTT 5.0 section 6. Packets come in binary frames, cut and packed as the client
 * likes [MQTT-6.0.0-2]; each buffer that goes out, with many packets in it, is one frame: a few bytes before it, no copy.
 *
 * <p>Thread: the channel's event loop.
 */
final class WebSocketFrames extends ChannelDuplexHandler {
    private static final int FINAL_BINARY = 0x82;
    private static final int FINAL_CLOSE = 0x88;
    private static final int FINAL_PONG = 0x8A;
    private static final int MAX_HEADER_BYTES = 10;
    private static final int LENGTH_IN_2_BYTES = 126;
    private static final int LENGTH_IN_8_BYTES = 127;

    private boolean closing;

    /** @param maxFrameBytes the largest frame that is taken; a larger one ends the connection with 1009 */
    static ChannelHandler decoder(int maxFrameBytes) {
        return new WebSocket13FrameDecoder(WebSocketDecoderConfig.newBuilder()
                .expectMaskedFrames(true)
                .allowMaskMismatch(false)
                .allowExtensions(false)
                .maxFramePayloadLength(maxFrameBytes)
                .closeOnProtocolViolation(false)
                .withUTF8Validator(false)
                .build());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        WebSocketFrame frame = (WebSocketFrame) message;
        if (closing) {
            frame.release();
        } else if (frame instanceof BinaryWebSocketFrame || frame instanceof ContinuationWebSocketFrame) {
            ctx.fireChannelRead(frame.content());
        } else {
            try {
                onOther(ctx, frame);
            } finally {
                frame.release();
            }
        }
    }

    private void onOther(ChannelHandlerContext ctx, WebSocketFrame frame) {
        if (frame instanceof PingWebSocketFrame) {
            // A client that pings and does not read is answered when it reads again, to a later ping.
            if (ctx.channel().isWritable()) {
                ByteBuf payload = frame.content().retain();
                write(ctx, FINAL_PONG, payload, ctx.voidPromise());
                ctx.flush();
            }
        } else if (frame instanceof CloseWebSocketFrame) {
            close(ctx, WebSocketCloseStatus.NORMAL_CLOSURE);
            ctx.fireUserEventTriggered(TransportEnd.CLOSED);
        } else if (!(frame instanceof PongWebSocketFrame)) {
            close(ctx, WebSocketCloseStatus.INVALID_MESSAGE_TYPE); // [MQTT-6.0.0-1]
            ctx.fireUserEventTriggered(TransportEnd.BROKEN);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof CorruptedWebSocketFrameException corrupted) {
            close(ctx, corrupted.closeStatus());
            ctx.fireUserEventTriggered(TransportEnd.BROKEN);
        } else {
            ctx.fireExceptionCaught(cause);
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        ByteBuf packets = (ByteBuf) message;
        if (packets.isReadable()) {
            write(ctx, FINAL_BINARY, packets, promise);
        } else {
            var unused = ctx.write(packets, promise);
        }
    }

    private static void write(ChannelHandlerContext ctx, int opcode, ByteBuf payload, ChannelPromise promise) {
        writeHeader(ctx, opcode, payload.readableBytes());
        var unused = ctx.write(payload, promise);
    }

    private static void writeHeader(ChannelHandlerContext ctx, int opcode, int length) {
        ByteBuf header = ctx.alloc().ioBuffer(MAX_HEADER_BYTES).writeByte(opcode);
        if (length < LENGTH_IN_2_BYTES) {
            header.writeByte(length);
        } else if (length <= 0xFFFF) {
            header.writeByte(LENGTH_IN_2_BYTES).writeShort(length);
        } else {
            header.writeByte(LENGTH_IN_8_BYTES).writeLong(length);
        }
        var unused = ctx.write(header, ctx.voidPromise());
    }

    /** The connection ends, and the client is told so behind what was written to it. */
    void end(ChannelHandlerContext ctx) {
        close(ctx, WebSocketCloseStatus.NORMAL_CLOSURE);
    }

    private void close(ChannelHandlerContext ctx, WebSocketCloseStatus status) {
        if (!closing) {
            closing = true;
            write(ctx, FINAL_CLOSE, ctx.alloc().ioBuffer(2).writeShort(status.code()), ctx.voidPromise());
            ctx.flush();
        }
    }
}
