package io.magnetar.sink.influxdb;

import io.magnetar.sink.influxdb.WriteAnswer.Unavailable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.zip.GZIPOutputStream;
import javax.net.ssl.SSLException;

/**
 * Sends lines over HTTP/1.1 with the JDK's client. Each request has a deadline that covers everything from connecting to
 * the last byte of the response.
 *
 * <p>Thread: any; it waits for the answer.
 */
final class LineClient {
    /** Smaller bodies do not gain from compression. */
    private static final int GZIP_FROM = 1_000;

    private final HttpClient http;
    private final WriteTarget target;
    private final boolean gzip;
    private final Duration deadline;

    LineClient(HttpClient http, WriteTarget target, boolean gzip, Duration deadline) {
        this.http = http;
        this.target = target;
        this.gzip = gzip;
        this.deadline = deadline;
    }

    /** What goes wrong is an answer. */
    WriteAnswer write(List<String> lines) throws InterruptedException {
        return send(String.join("\n", lines) + "\n", lines.size());
    }

    /** Asks for what a write needs, and writes nothing: the server is there and takes the credentials. */
    WriteAnswer probe() throws InterruptedException {
        if (target.api() == WriteApi.V3) {
            // A write, even of nothing, would make the database here; and this server checks the token of a ping.
            return exchange(
                    request(HttpRequest.newBuilder(target.api().ping(target)).GET()), 0);
        }
        WriteAnswer answer = send("# nothing, to see whether a write would be let in\n", 0);
        return answer instanceof WriteAnswer.Refused ? new WriteAnswer.Written() : answer;
    }

    private WriteAnswer send(String body, int lines) throws InterruptedException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        HttpRequest.Builder request =
                HttpRequest.newBuilder(target.api().write(target)).header("Content-Type", "text/plain; charset=utf-8");
        if (gzip && bytes.length >= GZIP_FROM) {
            bytes = compressed(bytes);
            request.header("Content-Encoding", "gzip");
        }
        return exchange(request(request.POST(BodyPublishers.ofByteArray(bytes))), lines);
    }

    private HttpRequest request(HttpRequest.Builder request) {
        request.header("Accept", "application/json").header("User-Agent", "magnetar-sink-influxdb");
        if (!target.authorization().isEmpty()) {
            request.header("Authorization", target.authorization());
        }
        return request.build();
    }

    private WriteAnswer exchange(HttpRequest request, int lines) throws InterruptedException {
        CompletableFuture<HttpResponse<String>> response = http.sendAsync(request, info -> new LimitedBody());
        try {
            HttpResponse<String> answer = response.get(deadline.toMillis(), TimeUnit.MILLISECONDS);
            return AnswerReader.read(
                    answer.statusCode(), answer.headers().allValues("Retry-After"), answer.body(), lines);
        } catch (ExecutionException e) {
            return unavailable(reason(e.getCause() == null ? e : e.getCause()));
        } catch (TimeoutException e) {
            return unavailable("no answer from " + target.base() + " within " + deadline.toMillis() + " ms");
        } finally {
            // Closes the connection of a request that has not ended.
            response.cancel(true);
        }
    }

    private static WriteAnswer unavailable(String reason) {
        return new Unavailable(reason, false, Duration.ZERO);
    }

    private String reason(Throwable cause) {
        String hint =
                cause instanceof SSLException ? " (look at caFile, and at the name in the server's certificate)" : "";
        String message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return "cannot reach " + target.base() + ": " + message + hint;
    }

    private static byte[] compressed(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length / 4);
        try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
            zip.write(bytes);
        } catch (IOException impossibleInMemory) {
            throw new UncheckedIOException(impossibleInMemory);
        }
        return out.toByteArray();
    }
}
