package io.magnetar.mqtt.status;

import io.magnetar.mqtt.admin.AdminApi;
import io.magnetar.mqtt.trace.PacketTraces;
import io.magnetar.tenancy.Namespace;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Serves the status page and the admin API over HTTP, on a thread of its own so that busy connections do not hide it. Thread: any. */
public final class StatusServer {
    private static final int MAX_REQUEST_BYTES = 65_536;
    private static final int IDLE_SECONDS = 30;
    private static final long STOP_MILLIS = 1_000;

    private final StatusPage page;
    private final TraceRequests traces;
    private final AdminApi admin;
    private final EventLoopGroup group = new NioEventLoopGroup(1, new DefaultThreadFactory("magnetar-http", true));

    public StatusServer(StatusPage page, PacketTraces traces, AdminApi admin, Namespace defaultNamespace) {
        this.page = page;
        this.admin = admin;
        this.traces = new TraceRequests(traces, defaultNamespace);
    }

    /** Completes with the address that is listened on; fails with the reason of the system. */
    public CompletableFuture<InetSocketAddress> listen(InetSocketAddress address) {
        CompletableFuture<InetSocketAddress> result = new CompletableFuture<>();
        ChannelFuture bound = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(new HttpServerCodec())
                                .addLast(new HttpObjectAggregator(MAX_REQUEST_BYTES))
                                .addLast(new FlowControlHandler())
                                .addLast(new ReadTimeoutHandler(IDLE_SECONDS))
                                .addLast(new StatusHandler(page, traces, admin::answer));
                    }
                })
                .bind(address);
        bound.addListener(done -> {
            if (done.isSuccess()) {
                result.complete((InetSocketAddress) bound.channel().localAddress());
            } else {
                result.completeExceptionally(done.cause());
            }
        });
        return result;
    }

    /** Completes when the thread has stopped. */
    public CompletableFuture<Void> close() {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        group.shutdownGracefully(0, STOP_MILLIS, TimeUnit.MILLISECONDS).addListener(done -> closed.complete(null));
        return closed;
    }
}
