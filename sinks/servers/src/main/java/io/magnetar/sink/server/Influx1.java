package io.magnetar.sink.server;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The InfluxDB 1.6 of Debian, with a user {@link #USER} and an empty database {@link #DATABASE}.
 *
 * <p>Thread: the test's.
 */
public final class Influx1 implements AutoCloseable {
    /** What it is called where it is installed. */
    public static final String PROGRAM = "influxd";

    public static final String USER = "admin";
    public static final String PASSWORD = "secret";
    public static final String DATABASE = "plant";

    private final HttpClient http = HttpClient.newHttpClient();
    private final int port;
    private final ServerProcess process;

    /** Whether this machine has the program. */
    public static boolean isInstalled() {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, PROGRAM)));
    }

    public Influx1() throws IOException {
        port = ServerProcess.freePort();
        Path directory = ServerProcess.directory("influxdb");
        Files.writeString(directory.resolve("influxdb.conf"), """
                reporting-disabled = true
                bind-address = "127.0.0.1:%d"
                [meta]
                  dir = "%s/meta"
                [data]
                  dir = "%s/data"
                  wal-dir = "%s/wal"
                [http]
                  bind-address = "127.0.0.1:%d"
                  auth-enabled = true
                [monitor]
                  store-enabled = false
                """.formatted(
                        ServerProcess.freePort(), directory, directory, directory, port));
        process = new ServerProcess(
                directory,
                List.of(PROGRAM, "-config", directory.resolve("influxdb.conf").toString()),
                Map.of(),
                () -> send(HttpRequest.newBuilder(URI.create(url() + "/ping"))).statusCode() == 204);
    }

    public Influx1 start() throws IOException, InterruptedException {
        process.start();
        query("CREATE USER " + USER + " WITH PASSWORD '" + PASSWORD + "' WITH ALL PRIVILEGES");
        query("CREATE DATABASE " + DATABASE);
        return this;
    }

    public ServerProcess process() {
        return process;
    }

    public String url() {
        return "http://127.0.0.1:" + port;
    }

    /** The answer as JSON. */
    public String query(String influxQl) throws IOException, InterruptedException {
        String pair = Base64.getEncoder().encodeToString((USER + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8));
        return send(HttpRequest.newBuilder(URI.create(url() + "/query?epoch=ns&db=" + DATABASE))
                        .header("Authorization", "Basic " + pair)
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString("q=" + URLEncoder.encode(influxQl, StandardCharsets.UTF_8))))
                .body();
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.timeout(Duration.ofSeconds(10)).build(), BodyHandlers.ofString());
    }

    @Override
    public void close() {
        process.close();
    }
}
