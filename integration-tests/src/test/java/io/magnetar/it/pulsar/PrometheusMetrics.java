package io.magnetar.it.pulsar;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.pulsar.broker.PulsarService;

/** Magnetar's metrics, as Prometheus gets them from a Pulsar broker. Stateless. */
public final class PrometheusMetrics {
    private static final Pattern SAMPLE =
            Pattern.compile("(\\w+)(\\{\\w+=\"[^\"]*\"(,\\w+=\"[^\"]*\")*\\})? [-+0-9.E]+");

    private static final HttpClient HTTP =
            HttpClient.newBuilder().followRedirects(HttpClient.Redirect.ALWAYS).build();

    private PrometheusMetrics() {}

    /** All lines, comments too. */
    public static List<String> lines(PulsarService broker) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(broker.getWebServiceAddress() + "/metrics/"))
                .build();
        return HTTP.send(request, BodyHandlers.ofString())
                .body()
                .lines()
                .filter(line -> line.contains("magnetar_"))
                .toList();
    }

    /** The values by metric and labels as they are written; fails when one is there twice, or is not written as it should be. */
    public static Map<String, String> samples(PulsarService broker) throws IOException, InterruptedException {
        Map<String, String> samples = new HashMap<>();
        for (String line : lines(broker)) {
            if (!line.startsWith("#")) {
                assertThat(line).matches(SAMPLE);
                int space = line.lastIndexOf(' ');
                assertThat(samples.put(line.substring(0, space), line.substring(space + 1)))
                        .as("%s is there once", line)
                        .isNull();
            }
        }
        return samples;
    }
}
