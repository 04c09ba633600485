package io.magnetar.mqtt.connection;

import io.magnetar.mqtt.counters.Counter;
import io.magnetar.mqtt.listener.Listener;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.transport.TlsContexts;
import io.magnetar.mqtt.transport.TransportPipeline;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The event loops of a broker and the listeners that give them connections.
 *
 * <p>Thread: any.
 */
public final class MqttServer {
    private static final int BACKLOG = 4_096;
    private static final long QUIET_MILLIS = 0;
    private static final long STOP_MILLIS = 5_000;

    private final ConnectionServices connections;
    private final TlsContexts tls;
    private final EventLoopGroup group;
    private final Map<EventLoop, IoLoop> loops = new HashMap<>();
    private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

    /** @param ioThreads how many event loops */
    public MqttServer(ConnectionServices connections, TlsContexts tls, int ioThreads) {
        this.connections = connections;
        this.tls = tls;
        DefaultThreadFactory threads = new DefaultThreadFactory("magnetar-io", true);
        this.group = Epoll.isAvailable()
                ? new EpollEventLoopGroup(ioThreads, threads)
                : new NioEventLoopGroup(ioThreads, threads);
        for (EventExecutor executor : group) {
            loops.put((EventLoop) executor, new IoLoop((EventLoop) executor, connections.services()));
        }
    }

    /**
     * Opens a listener.
     *
     * @return completes with the address that is listened on, its port chosen by the system when 0 was asked for; fails with the
     *     reason of the system
     */
    public CompletableFuture<InetSocketAddress> listen(Listener listener) {
        ConnectionSettings settings = connections.settings();
        int outboundBytes = settings.outboundBufferBytes();
        TransportPipeline transport =
                new TransportPipeline(listener, tls, settings.connectTimeoutMillis(), settings.maxPacketSize());
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(group)
                .channel(Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .childOption(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(outboundBytes / 2, outboundBytes))
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accept(channel, transport);
                    }
                });
        transport.guard(bootstrap, () -> connections.admission().hasRoom(channels.size()), this::noteTurnedAway);
        ChannelFuture bound = bootstrap.bind(listener.address());
        CompletableFuture<InetSocketAddress> result = new CompletableFuture<>();
        bound.addListener(done -> {
            if (done.isSuccess()) {
                channels.add(bound.channel());
                result.complete((InetSocketAddress) bound.channel().localAddress());
            } else {
                result.completeExceptionally(done.cause());
            }
        });
        return result;
    }

    private void noteTurnedAway(@Nullable SocketAddress address, String reason) {
        connections.services().counters().count(Counter.CONNECTIONS_TURNED_AWAY);
        connections.refusalLog().refused(address, null, ReasonCode.QUOTA_EXCEEDED, reason);
    }

    private void accept(Channel channel, TransportPipeline transport) {
        channels.add(channel);
        transport.addTo(channel);
        IoLoop loop = Objects.requireNonNull(loops.get(channel.eventLoop()), "the event loop is of this group");
        channel.pipeline().addLast(new ConnectionHandler(connections, loop, channel));
    }

    /** Closes all listeners and connections, tells MQTT 5 clients why, and stops the event loops. Completes when they have stopped. */
    public CompletableFuture<Void> close() {
        for (Channel channel : channels) {
            ConnectionHandler handler = channel.pipeline().get(ConnectionHandler.class);
            if (handler != null) {
                handler.shutDown();
            }
        }
        CompletableFuture<Void> closed = new CompletableFuture<>();
        channels.close()
                .addListener(ignored -> group.shutdownGracefully(QUIET_MILLIS, STOP_MILLIS, TimeUnit.MILLISECONDS)
                        .addListener(done -> closed.complete(null)));
        return closed;
    }
}
