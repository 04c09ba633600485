package io.magnetar.mqtt.auth.fetch;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Asks an HTTP server: so many requests at once and no more, each in its time, which begins when it is asked for, and each answer up to
 * a size. A redirection is an answer like others: what is sent along was meant for one server.
 *
 * <p>Thread: any; answers come on the threads of the HTTP client.
 */
public final class HttpFetch implements AutoCloseable {
    private static final int THREADS = 2;

    private final Limits limits;
    private final ExecutorService threads;
    private final HttpClient client;
    private final Queue<Waiting> waiting = new ArrayDeque<>();
    private int underWay;

    /**
     * What a server may cost.
     *
     * @param timeoutMillis how long an answer may take, with the time that its request waits
     * @param maxUnderWay how many requests are under way at once
     * @param maxWaiting how many others wait; more fail at once
     * @param maxBytes the largest body of an answer
     */
    public record Limits(long timeoutMillis, int maxUnderWay, int maxWaiting, int maxBytes) {}

    private record Waiting(HttpRequest request, CompletableFuture<Answer> answer) {}

    /**
     * @param name what its threads are called, behind {@code magnetar-}
     * @param trusted whom it trusts in TLS; null for those whom Java trusts
     */
    public HttpFetch(String name, @Nullable SSLContext trusted, Limits limits) {
        this.limits = limits;
        this.threads = Executors.newFixedThreadPool(THREADS, task -> {
            Thread thread = new Thread(task, "magnetar-" + name);
            thread.setDaemon(true);
            return thread;
        });
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(Duration.ofMillis(limits.timeoutMillis()))
                .executor(threads);
        if (trusted != null) {
            builder.sslContext(trusted);
        }
        this.client = builder.build();
    }

    /** Asks. Never throws; fails when there is no answer in time. */
    public CompletableFuture<Answer> send(HttpRequest request) {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        if (!enqueue(new Waiting(request, answer))) {
            answer.completeExceptionally(
                    new IllegalStateException(limits.maxWaiting() + " requests to the server wait already"));
            return answer;
        }
        var unused = answer.orTimeout(limits.timeoutMillis(), TimeUnit.MILLISECONDS);
        beginThoseThatMay();
        return answer;
    }

    private synchronized boolean enqueue(Waiting one) {
        return waiting.size() < limits.maxWaiting() + limits.maxUnderWay() - underWay && waiting.add(one);
    }

    private synchronized @Nullable Waiting next() {
        Waiting next = null;
        while (next == null && underWay < limits.maxUnderWay() && !waiting.isEmpty()) {
            Waiting first = waiting.remove();
            next = first.answer().isDone() ? null : first;
        }
        if (next != null) {
            underWay++;
        }
        return next;
    }

    private synchronized void ended() {
        underWay--;
    }

    private void beginThoseThatMay() {
        for (Waiting next = next(); next != null; next = next()) {
            begin(next.request(), next.answer());
        }
    }

    private void begin(HttpRequest request, CompletableFuture<Answer> answer) {
        CompletableFuture<HttpResponse<byte[]>> sent;
        try {
            sent = client.sendAsync(request, head -> new BoundedBody(limits.maxBytes()));
        } catch (RuntimeException e) {
            ended();
            answer.completeExceptionally(e);
            return;
        }
        var unusedEnd = answer.whenComplete((done, failure) -> sent.cancel(true));
        var unused = sent.handle((response, failure) -> {
            ended();
            if (failure == null) {
                answer.complete(new Answer(response.statusCode(), response.body()));
            } else {
                answer.completeExceptionally(failure);
            }
            beginThoseThatMay();
            return null;
        });
    }

    /** What is under way fails in its time. */
    @Override
    public void close() {
        threads.shutdown();
    }
}
