package io.magnetar.mqtt.connection;

import io.magnetar.mqtt.codec.PacketDecoder;
import io.magnetar.mqtt.codec.PacketException;
import io.magnetar.mqtt.packet.Connect;
import io.magnetar.mqtt.packet.Packet;
import io.magnetar.mqtt.packet.ReasonCode;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bytes of one connection: gathers them into packets for the {@link Connection}, and carries out its end.
 *
 * <p>Buffers: {@code unread} belongs to this handler. Thread: the channel's event loop.
 */
final class ConnectionHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionHandler.class);
    /** How long a client that was told why has for reading it, before what it still sends resets the connection. */
    private static final long LINGER_MILLIS = 1_000;

    private final Channel channel;
    private final long connectTimeoutMillis;
    private final IoLoop loop;
    private final PacketDecoder decoder;
    private final NettyPacketSink sink;
    private final Connection connection;
    private @Nullable ByteBuf unread;

    ConnectionHandler(ConnectionServices connections, IoLoop loop, Channel channel) {
        this.channel = channel;
        this.connectTimeoutMillis = connections.settings().connectTimeoutMillis();
        this.loop = loop;
        this.decoder = new PacketDecoder(connections.settings().maxPacketSize());
        this.sink = new NettyPacketSink(channel, loop, this::endConnection);
        this.connection = new Connection(connections, loop, sink, this::resume);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        loop.schedule(connection::connectTimeout, connectTimeoutMillis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (connection.isEnded()) {
            bytes.release();
            return;
        }
        connection.heard();
        unread = unread == null ? bytes : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(channel.alloc(), unread, bytes);
        readPackets();
    }

    private void readPackets() {
        try {
            while (unread != null && connection.takesPackets()) {
                Packet packet = decoder.decode(unread);
                if (packet == null) {
                    break;
                }
                if (packet instanceof Connect connect) {
                    takeConnect(connect);
                } else {
                    connection.on(packet);
                }
            }
        } catch (PacketException e) {
            connection.onBrokenProtocol(e);
        } catch (RuntimeException e) {
            LOG.error("A packet could not be processed; this is a defect, its connection is closed", e);
            connection.onDefect();
        }
        if (unread != null && (!unread.isReadable() || connection.isEnded())) {
            releaseUnread();
        }
    }

    private void takeConnect(Connect connect) throws PacketException {
        channel.config().setAutoRead(false);
        connection.on(connect);
        if (!connection.isEnded()) {
            decoder.use(connect.version(), connection.routes());
        }
    }

    /** CONNECT is answered: what came after it is read now. */
    private void resume() {
        channel.config().setAutoRead(true);
        readPackets();
    }

    /** The broker stops. Thread: any. */
    void shutDown() {
        loop.execute(() -> sink.disconnect(ReasonCode.SERVER_SHUTTING_DOWN, "the broker is shutting down"));
    }

    private void endConnection(boolean told) {
        connection.end();
        if (told && channel instanceof DuplexChannel duplex && channel.isActive()) {
            var unused = duplex.shutdownOutput();
            channel.config().setAutoRead(true);
            loop.schedule(this::closeChannel, LINGER_MILLIS, TimeUnit.MILLISECONDS);
        } else {
            closeChannel();
        }
    }

    private void closeChannel() {
        var unused = channel.close();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (channel.isWritable()) {
            connection.onWritable();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        sink.abandon();
        connection.end();
        releaseUnread();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            LOG.error("A connection failed; this is a defect, it is closed", cause);
        }
        closeChannel();
    }

    private void releaseUnread() {
        ReferenceCountUtil.release(unread);
        unread = null;
    }
}
