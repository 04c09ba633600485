package io.magnetar.bench.sinks;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;

/** The JDK's HTTP client with lines that are there already, in requests as the sink's. Thread: the benchmark's. */
final class PlainHttp implements Writing {
    private final Readings readings;
    private final URI uri;
    private final String authorization;
    private final int linesOfRequest;
    private final boolean gzip;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    PlainHttp(Readings readings, URI uri, String authorization, int linesOfRequest, boolean gzip) {
        this.readings = readings;
        this.uri = uri;
        this.authorization = authorization;
        this.linesOfRequest = linesOfRequest;
        this.gzip = gzip;
    }

    @Override
    public void write(long rows) throws IOException, InterruptedException {
        StringBuilder lines = new StringBuilder();
        for (long i = 0; i < rows; i++) {
            lines.append(readings.get(i).line()).append('\n');
            if (i % linesOfRequest == linesOfRequest - 1 || i == rows - 1) {
                send(lines.toString().getBytes(StandardCharsets.UTF_8));
                lines.setLength(0);
            }
        }
    }

    private void send(byte[] lines) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).header("Authorization", authorization);
        byte[] body = lines;
        if (gzip) {
            body = compressed(lines);
            request.header("Content-Encoding", "gzip");
        }
        HttpResponse<String> answer =
                http.send(request.POST(BodyPublishers.ofByteArray(body)).build(), BodyHandlers.ofString());
        if (answer.statusCode() / 100 != 2) {
            throw new IOException("the server answers " + answer.statusCode() + ": " + answer.body());
        }
    }

    private static byte[] compressed(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length / 4);
        try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
            zip.write(bytes);
        }
        return out.toByteArray();
    }

    @Override
    public void close() {}
}
