package io.magnetar.it.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.magnetar.it.client.CertificateAuthority.Issued;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A headless Chromium that opens one page, and the server of that page, which waits for the page to post its verdict.
 *
 * <p>Thread: the test's.
 */
public final class Chromium implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final CompletableFuture<String> verdict = new CompletableFuture<>();
    private final HttpServer server;
    private final Path log;
    private final Process process;

    /**
     * Opens a page.
     *
     * @param directory empty; all that the browser writes goes there
     * @param files what the server has, by name
     * @param trusted the browser takes this certificate, which no authority that it knows has signed, and no other
     * @param page the name of the page, with its query
     */
    public Chromium(Path directory, Map<String, Path> files, Issued trusted, String page) throws IOException {
        log = directory.resolve("chromium.log");
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> answer(exchange, files));
        server.start();
        try {
            process = start(
                    directory,
                    keyHash(trusted),
                    "http://127.0.0.1:" + server.getAddress().getPort() + "/" + page);
        } catch (IOException | RuntimeException e) {
            server.stop(0);
            throw e;
        }
    }

    private Process start(Path directory, String trusted, String url) throws IOException {
        ProcessBuilder browser = new ProcessBuilder(List.of(
                        "chromium",
                        "--headless",
                        // Its sandbox needs what root and containers do not have, and the page is ours.
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--disable-extensions",
                        // It looks for nobody but the page's server and the broker.
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--disable-breakpad",
                        "--ignore-certificate-errors-spki-list=" + trusted,
                        "--user-data-dir=" + directory.resolve("profile"),
                        url))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        browser.environment().put("HOME", directory.toString());
        browser.environment().put("TMPDIR", directory.toString());
        return browser.start();
    }

    /** How the browser names a certificate's key. */
    private static String keyHash(Issued certificate) {
        try {
            byte[] key = certificate.certificate().getPublicKey().getEncoded();
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(key));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private void answer(HttpExchange exchange, Map<String, Path> files) throws IOException {
        try (exchange) {
            String name = exchange.getRequestURI().getPath().substring(1);
            if (exchange.getRequestMethod().equals("POST")) {
                verdict.complete(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
                exchange.sendResponseHeaders(204, -1);
            } else if (files.containsKey(name)) {
                byte[] content = Files.readAllBytes(files.get(name));
                String type = name.endsWith(".html") ? "text/html" : "text/javascript";
                exchange.getResponseHeaders().set("Content-Type", type + "; charset=utf-8");
                exchange.sendResponseHeaders(200, content.length);
                exchange.getResponseBody().write(content);
            } else {
                exchange.sendResponseHeaders(404, -1);
            }
        }
    }

    /** What the page posts. */
    public String verdict() throws IOException, InterruptedException {
        try {
            return verdict.applyToEither(
                            process.onExit().thenApply(ended -> "the browser ended before"), Function.identity())
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new AssertionError("the page gave no verdict; the browser's log:\n" + Files.readString(log), e);
        }
    }

    @Override
    public void close() {
        List<ProcessHandle> all = Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .toList();
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(one ->
                one.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join());
        server.stop(0);
    }
}
