package io.magnetar.sink.server;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * A QuestDB with a user {@link #USER}.
 *
 * <p>Thread: the test's.
 */
public final class QuestDb implements AutoCloseable {
    public static final String USER = "admin";
    public static final String PASSWORD = "quest";

    private final HttpClient http = HttpClient.newHttpClient();
    private final int port;
    private final ServerProcess process;

    public QuestDb() throws IOException {
        port = ServerProcess.freePort();
        Path directory = ServerProcess.directory("questdb");
        Path root = Files.createDirectories(directory.resolve("root/conf"));
        Files.writeString(
                root.resolve("server.conf"),
                String.join(
                        "\n",
                        "http.bind.to=127.0.0.1:" + port,
                        "http.min.enabled=false",
                        "pg.enabled=false",
                        "line.tcp.enabled=false",
                        "line.udp.enabled=false",
                        "telemetry.enabled=false",
                        "http.user=" + USER,
                        "http.password=" + PASSWORD));
        List<String> command = List.of(
                ServerProcess.java(),
                "-Xmx256m",
                "-cp",
                ServerProcess.published("target/questdb") + "/*",
                "io.questdb.ServerMain",
                "-d",
                directory.resolve("root").toString());
        process = new ServerProcess(
                directory, command, Map.of(), () -> get("/ping").statusCode() == 204);
    }

    public QuestDb start() throws IOException {
        process.start();
        return this;
    }

    public ServerProcess process() {
        return process;
    }

    public String url() {
        return "http://127.0.0.1:" + port;
    }

    /** The rows that a query gives, as QuestDB's JSON has them. */
    public String rows(String sql) throws IOException, InterruptedException {
        String body = get("/exec?query=" + URLEncoder.encode(sql, StandardCharsets.UTF_8))
                .body();
        int begin = body.indexOf("\"dataset\":");
        return begin < 0 ? body : body.substring(begin + "\"dataset\":".length(), body.indexOf(",\"count\":", begin));
    }

    private java.net.http.HttpResponse<String> get(String path) throws IOException, InterruptedException {
        String pair = Base64.getEncoder().encodeToString((USER + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8));
        return http.send(
                HttpRequest.newBuilder(URI.create(url() + path))
                        .header("Authorization", "Basic " + pair)
                        .timeout(Duration.ofSeconds(10))
                        .build(),
                BodyHandlers.ofString());
    }

    @Override
    public void close() {
        process.close();
    }
}
