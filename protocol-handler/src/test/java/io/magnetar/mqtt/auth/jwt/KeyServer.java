package io.magnetar.mqtt.auth.jwt;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP server that serves a key set, and can be away.
 *
 * <p>Thread: the test's.
 */
final class KeyServer implements AutoCloseable {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger asked = new AtomicInteger();
    private final HttpServer server;
    private volatile int status = 200;
    private volatile String keySet = Tokens.keySet();
    private volatile @Nullable CountDownLatch gate;

    KeyServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/keys", exchange -> {
            asked.incrementAndGet();
            CountDownLatch waits = gate;
            if (waits != null) {
                try {
                    waits.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
            byte[] body = keySet.getBytes(UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/keys");
    }

    /** How often it was asked. */
    int asked() {
        return asked.get();
    }

    void serve(int status, String keySet) {
        this.status = status;
        this.keySet = keySet;
    }

    /** From now on it answers when the latch has come to zero. */
    void holdBackUntil(CountDownLatch opened) {
        gate = opened;
    }

    @Override
    public void close() {
        if (!threads.isShutdown()) {
            server.stop(0);
        }
        threads.shutdownNow();
    }
}
