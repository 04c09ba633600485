package io.magnetar.bench.load;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Locale;

/** Reads a broker's metrics as Prometheus does. Thread: any; each call blocks. */
final class MetricsScrape {
    private static final Duration TIMEOUT = Duration.ofMinutes(1);
    private static final String OURS = "magnetar_";

    private final HttpClient http = HttpClient.newHttpClient();
    private final URI metrics;

    /** @param port of Pulsar's web service on this machine */
    MetricsScrape(int port) {
        this.metrics = URI.create("http://127.0.0.1:" + port + "/metrics/");
    }

    /** What a scrape takes, for people. */
    String text(String of) throws IOException, InterruptedException {
        long begun = System.nanoTime();
        HttpResponse<String> answer =
                http.send(HttpRequest.newBuilder(metrics).timeout(TIMEOUT).build(), BodyHandlers.ofString());
        long micros = (System.nanoTime() - begun) / 1_000;
        if (answer.statusCode() != 200) {
            throw new BrokerRefused("GET " + metrics + ": " + answer.statusCode());
        }
        long lines = answer.body().lines().filter(line -> line.startsWith(OURS)).count();
        long bytes = answer.body()
                .lines()
                .filter(line -> line.startsWith(OURS))
                .mapToLong(line -> line.length() + 1)
                .sum();
        return String.format(
                Locale.ROOT,
                "a scrape of %s: %,d us, %,d bytes, of which %,d lines and %,d bytes are of MQTT",
                of,
                micros,
                answer.body().length(),
                lines,
                bytes);
    }
}
