package io.magnetar.mqtt.connection;

import io.magnetar.mqtt.codec.PacketDecoder;
import io.magnetar.mqtt.codec.PacketException;
import io.magnetar.mqtt.counters.Counter;
import io.magnetar.mqtt.counters.Counters;
import io.magnetar.mqtt.counters.Traffic;
import io.magnetar.mqtt.flow.Hold;
import io.magnetar.mqtt.packet.Connect;
import io.magnetar.mqtt.packet.Packet;
import io.magnetar.mqtt.packet.Publish;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.trace.PacketTrace;
import io.magnetar.mqtt.transport.Peers;
import io.magnetar.mqtt.transport.TransportEnd;
import io.magnetar.mqtt.transport.TransportPipeline;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bytes of one connection: gathers them into packets for the {@link Connection}, and decides when it is read and how it ends.
 *
 * <p>It is not read, and what was read is not looked at, while CONNECT is being decided on, while a flow holds it, and while too
 * much waits for the client. A client that is faster than it may be is held to its pace in the same way.
 *
 * <p>Buffers: {@code unread} belongs to this handler. Thread: the channel's event loop.
 */
final class ConnectionHandler extends ChannelInboundHandlerAdapter implements NettyPacketSink.Control {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionHandler.class);
    /** How long a client has for reading what was sent to it last, before what it still sends resets the connection. */
    private static final long LINGER_MILLIS = 1_000;

    private final Channel channel;
    private final Counters counters;
    private final long connectTimeoutMillis;
    private final IoLoop loop;
    private final PacketDecoder decoder;
    private final NettyPacketSink sink;
    private final Connection connection;
    private @Nullable ByteBuf unread;
    private final Set<Hold> holds = EnumSet.noneOf(Hold.class);
    private boolean overfull;
    private Traffic traffic;
    /** Null until the client is let in. */
    private @Nullable Pace pace;
    /** Null for all but the few clients that an operator looks at. */
    private @Nullable ConnectionTrace trace;

    ConnectionHandler(ConnectionServices connections, IoLoop loop, Channel channel) {
        this.channel = channel;
        this.counters = connections.services().counters();
        this.connectTimeoutMillis = connections.settings().connectTimeoutMillis();
        this.loop = loop;
        this.decoder = new PacketDecoder(connections.settings().maxPacketSize());
        this.traffic = loop.traffic(Optional.empty());
        this.sink = new NettyPacketSink(channel, loop, connections.settings().outboundBufferBytes(), this);
        this.connection = new Connection(
                connections,
                loop,
                sink,
                () -> Peers.of(channel),
                () -> !holds.isEmpty() || (pace != null && pace.isPaused()),
                this::readPackets,
                this::connected,
                this::traceChanged);
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
        unread = unread == null ? bytes : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(channel.alloc(), unread, bytes);
        readPackets();
    }

    private void readPackets() {
        boolean anyWhole = false;
        try {
            while (unread != null && mayRead() && hasRoom()) {
                boolean excess = pace != null && pace.refuses();
                Packet packet = decode(unread);
                if (packet == null) {
                    break;
                }
                anyWhole = true;
                if (packet instanceof Connect connect) {
                    takeConnect(connect);
                } else {
                    connection.on(packet, excess);
                }
                overfull = sink.isOverfull();
            }
        } catch (PacketException e) {
            connection.onBrokenProtocol(e);
        } catch (RuntimeException e) {
            LOG.error("A packet could not be processed; this is a defect, its connection is closed", e);
            connection.onDefect();
        }
        if (anyWhole) {
            connection.heard();
        } else if (unread != null && mayRead()) {
            connection.heardPart(unread.readableBytes());
        }
        if (pace != null && mayRead()) {
            pace.nothingIsLeft();
        }
        keepUnread();
        channel.config().setAutoRead(connection.isEnded() || mayRead());
    }

    private @Nullable Packet decode(ByteBuf bytes) throws PacketException {
        int start = bytes.readerIndex();
        Packet packet = decoder.decode(bytes);
        if (packet != null) {
            int size = bytes.readerIndex() - start;
            traffic.received(bytes.getUnsignedByte(start), size);
            if (packet instanceof Connect connect) {
                trace(connection.traceOf(connect), connect.version().isMqtt5());
            }
            if (trace != null) {
                trace.received(bytes, start, size);
            }
            if (pace != null) {
                pace.took(packet instanceof Publish, size);
            }
        }
        return packet;
    }

    private boolean mayRead() {
        return holds.isEmpty() && !overfull && (pace == null || !pace.isPaused()) && connection.takesPackets();
    }

    /** Tells whether the client may send another packet now; it is read on later when not. */
    private boolean hasRoom() {
        Pace held = pace;
        if (held == null || held.hasRoom()) {
            return true;
        }
        counters.count(Counter.READS_PAUSED, connection.namespace());
        if (held.isBornNoLonger()) {
            counters.count(Counter.CONNECTIONS_TOO_FAST, connection.namespace());
            connection.endBy(
                    ReasonCode.MESSAGE_RATE_TOO_HIGH,
                    ReasonCode.MESSAGE_RATE_TOO_HIGH,
                    "the client sends more than it may, and does not stop");
        }
        return false;
    }

    private void goOn() {
        if (!connection.isEnded()) {
            readOn();
        }
    }

    private void takeConnect(Connect connect) throws PacketException {
        connection.on(connect, false);
        if (!connection.isEnded()) {
            decoder.use(connect.version());
        }
    }

    /** Keeps the begin of a packet, and not the memory of all that was read before it. */
    private void keepUnread() {
        if (unread == null) {
            return;
        }
        if (!unread.isReadable() || connection.isEnded()) {
            releaseUnread();
        } else if (unread.readableBytes() < unread.capacity() / 4) {
            ByteBuf rest = channel.alloc().ioBuffer(unread.readableBytes()).writeBytes(unread);
            releaseUnread();
            unread = rest;
        } else {
            unread.discardReadBytes();
        }
    }

    private void connected() {
        traffic = connection.traffic();
        pace = Pace.in(loop, connection.shares(), this::goOn);
        decoder.takePublishes(connection.topicAliasMaximum(), connection.topicNames());
        readOn();
    }

    private void trace(@Nullable PacketTrace running, boolean mqtt5) {
        trace = running == null ? null : new ConnectionTrace(running, mqtt5);
        sink.trace(trace);
    }

    private void traceChanged() {
        trace(connection.trace(), sink.isMqtt5());
    }

    private void readOn() {
        connection.heard();
        readPackets();
    }

    @Override
    public void holdReading(Hold reason, boolean hold) {
        if (hold) {
            holds.add(reason);
            channel.config().setAutoRead(false);
        } else if (holds.remove(reason) && holds.isEmpty() && !connection.isEnded()) {
            readOn();
        }
    }

    /** The broker stops. Thread: any. */
    void shutDown() {
        loop.execute(connection::shutDown);
    }

    /** Sends the end of the stream behind what was written, and closes when the client does or has had its time. */
    @Override
    public void end() {
        connection.end();
        channel.config().setAutoRead(true);
        TransportPipeline.endOutput(channel);
        loop.schedule(this::closeChannel, LINGER_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void closeChannel() {
        var unused = channel.close();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (!channel.isWritable()) {
            return;
        }
        connection.onWritable();
        if (overfull) {
            overfull = false;
            readPackets();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        sink.abandon();
        connection.end();
        releaseUnread();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == TransportEnd.CLOSED) {
            sink.close();
        } else if (event == TransportEnd.BROKEN) {
            connection.onBrokenTransport();
        } else if (event instanceof SslCloseCompletionEvent) {
            // The client says nothing more, and would hear nothing more: TLS has no half-closed connections that serve
            // MQTT.
            closeChannel();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (isOfTransport(cause)) {
            connection.onBrokenTransport();
        } else if (!(cause instanceof IOException)) {
            LOG.error("A connection failed; this is a defect, it is closed", cause);
        }
        closeChannel();
    }

    /** Tells whether a client broke the rules of what its MQTT is wrapped in. */
    private static boolean isOfTransport(Throwable cause) {
        return cause instanceof DecoderException
                && (cause.getCause() == null || cause.getCause() instanceof SSLException);
    }

    private void releaseUnread() {
        ReferenceCountUtil.release(unread);
        unread = null;
    }
}
