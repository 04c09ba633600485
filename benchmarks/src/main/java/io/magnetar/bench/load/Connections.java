package io.magnetar.bench.load;

import io.magnetar.bench.load.Client.Identity;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntUnaryOperator;

/**
 * The event loops of one run and the connections on them. Clients of one {@code lane} share an event loop.
 *
 * <p>Thread: the one that runs the load.
 */
final class Connections implements AutoCloseable {
    private static final int CONNECT_TOGETHER = 50;
    private static final int CONNECT_TIMEOUT_SECONDS = 20;
    private static final int LEAVE_TIMEOUT_SECONDS = 5;
    private static final int READ_BYTES = 256 * 1024;
    private static final WriteBufferWaterMark WRITE_AHEAD = new WriteBufferWaterMark(512 * 1024, 1024 * 1024);

    private final InetSocketAddress address;
    private final EventLoopGroup group;
    private final Class<? extends Channel> channelType;
    private final List<EventLoop> loops = new ArrayList<>();
    private final List<Client> clients = new ArrayList<>();
    private final CompletableFuture<Void> broken = new CompletableFuture<>();

    Connections(InetSocketAddress address, int threads) {
        this.address = address;
        boolean epoll = Epoll.isAvailable();
        this.group = epoll ? new EpollEventLoopGroup(threads) : new NioEventLoopGroup(threads);
        this.channelType = epoll ? EpollSocketChannel.class : NioSocketChannel.class;
        for (EventExecutor loop : group) {
            loops.add((EventLoop) loop);
        }
    }

    EventLoop loop(int lane) {
        return loops.get(lane % loops.size());
    }

    List<EventLoop> loops() {
        return loops;
    }

    /** Connects the clients, client {@code i} in {@code lane} of {@code i}, and waits until all are ready. */
    void connect(List<? extends Client> newcomers, IntUnaryOperator lane) {
        for (int from = 0; from < newcomers.size(); from += CONNECT_TOGETHER) {
            List<CompletableFuture<Void>> ready = new ArrayList<>();
            for (int i = from; i < Math.min(newcomers.size(), from + CONNECT_TOGETHER); i++) {
                connect(newcomers.get(i), loop(lane.applyAsInt(i)));
                ready.add(newcomers.get(i).ready());
            }
            await(
                    CompletableFuture.allOf(ready.toArray(CompletableFuture[]::new)),
                    CONNECT_TIMEOUT_SECONDS,
                    "to connect");
        }
    }

    /** Ends the run when this task fails. */
    void breakOnFailure(Future<?> task) {
        var unused = task.addListener(done -> {
            if (!done.isCancelled()) {
                broken.completeExceptionally(done.cause());
            }
        });
    }

    /** Throws what ended a connection before its time, if anything did. */
    void check() {
        if (broken.isCompletedExceptionally()) {
            await(broken, 1, "");
        }
    }

    /** Disconnects all; when this returns, what the clients counted is visible to the caller. */
    void leave() {
        clients.forEach(Client::leave);
        CompletableFuture<?>[] ended = clients.stream().map(Client::ended).toArray(CompletableFuture[]::new);
        await(CompletableFuture.allOf(ended), LEAVE_TIMEOUT_SECONDS, "to disconnect");
        clients.clear();
    }

    /** Ends the durable sessions of clients that have left: the broker is not to keep messages for them for ever. */
    void endSessions(List<? extends Client> gone) {
        List<Visitor> visitors = gone.stream()
                .map(client -> new Visitor(Identity.transientOne(client.clientId, client.version)))
                .toList();
        connect(visitors, i -> i);
        leave();
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, LEAVE_TIMEOUT_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private void connect(Client client, EventLoop loop) {
        clients.add(client);
        var unused = client.ended().whenComplete((done, failure) -> {
            if (failure != null) {
                broken.completeExceptionally(failure);
            }
        });
        var unusedFuture = new Bootstrap()
                .group(loop)
                .channel(channelType)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(ChannelOption.RCVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES))
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WRITE_AHEAD)
                .handler(client)
                .connect(address)
                .addListener(connected -> {
                    if (!connected.isSuccess()) {
                        client.ready().completeExceptionally(new BrokerRefused("no connection to " + address));
                    }
                });
    }

    private static void await(CompletableFuture<?> future, int seconds, String what) {
        try {
            future.orTimeout(seconds, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof TimeoutException) {
                throw new BrokerRefused("gave up waiting for clients " + what + " after " + seconds + " s");
            }
            throw cause instanceof RuntimeException failure ? failure : new BrokerRefused(String.valueOf(cause));
        }
    }
}
