package io.magnetar.mqtt.auth.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP server that answers what it is told to, and remembers what it was asked last.
 *
 * <p>Thread: the test's.
 */
final class AskedServer implements AutoCloseable {
    /** What it was asked. */
    record Asked(String method, String uri, Headers headers, String body) {}

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;
    private final String scheme;
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicInteger mostUnderWay = new AtomicInteger();
    private volatile int status = 204;
    private volatile String answer = "";
    private volatile @Nullable Asked asked;
    private volatile @Nullable CountDownLatch gate;

    AskedServer(@Nullable SSLContext tls) throws IOException {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        if (tls == null) {
            server = HttpServer.create(any, 0);
        } else {
            HttpsServer secure = HttpsServer.create(any, 0);
            secure.setHttpsConfigurator(new HttpsConfigurator(tls));
            server = secure;
        }
        scheme = tls == null ? "http" : "https";
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
        mostUnderWay.accumulateAndGet(underWay.incrementAndGet(), Math::max);
        asked = new Asked(
                exchange.getRequestMethod(),
                exchange.getRequestURI().toString(),
                exchange.getRequestHeaders(),
                new String(exchange.getRequestBody().readAllBytes(), UTF_8));
        CountDownLatch waits = gate;
        if (waits != null) {
            try {
                waits.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
        byte[] body = answer.getBytes(UTF_8);
        underWay.decrementAndGet();
        if (status == 302) {
            exchange.getResponseHeaders().set("Location", url("/elsewhere"));
        }
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
        exchange.close();
    }

    String url(String path) {
        return scheme + "://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    void willAnswer(int status, String answer) {
        this.status = status;
        this.answer = answer;
    }

    /** From now on it answers when the latch has come to zero. */
    void holdBackUntil(CountDownLatch opened) {
        gate = opened;
    }

    Asked asked() {
        return Objects.requireNonNull(asked, "nobody has asked");
    }

    boolean wasAsked() {
        return asked != null;
    }

    int mostUnderWay() {
        return mostUnderWay.get();
    }

    @Override
    public void close() {
        if (!threads.isShutdown()) {
            server.stop(0);
        }
        threads.shutdownNow();
    }
}
