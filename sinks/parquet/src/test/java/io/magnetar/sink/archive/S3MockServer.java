package io.magnetar.sink.archive;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * Adobe's S3Mock in a process of its own. It has all that S3 has but the check of credentials, and keeps its objects when it is
 * stopped and started again.
 */
final class S3MockServer implements AutoCloseable {
    private final Path root;
    private final int port;
    private final int httpsPort;
    private @Nullable Process process;

    /**
     * @param root a directory for the objects
     */
    S3MockServer(Path root) throws Exception {
        this.root = root;
        port = freePort();
        httpsPort = freePort();
        start();
    }

    /** Starts it, on the same port each time, and returns when it takes connections. */
    void start() throws Exception {
        Process started = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-Xmx256m",
                        "-jar",
                        Path.of("target/servers/s3mock.jar").toAbsolutePath().toString(),
                        "--server.port=" + httpsPort,
                        "--http.port=" + port,
                        "--com.adobe.testing.s3mock.store.root=" + root,
                        "--com.adobe.testing.s3mock.store.retain-files-on-exit=true")
                .redirectErrorStream(true)
                .redirectOutput(Path.of("target/s3mock.log").toFile())
                .start();
        process = started;
        Runtime.getRuntime().addShutdownHook(new Thread(started::destroyForcibly));
        Awaitility.await("S3Mock")
                .atMost(Duration.ofMinutes(1))
                .failFast(() -> !started.isAlive())
                .ignoreExceptions()
                .until(() -> {
                    new Socket(InetAddress.getLoopbackAddress(), port).close();
                    return true;
                });
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    String endpoint() {
        return "http://127.0.0.1:" + port;
    }

    /** It keeps its connections and takes new ones, and answers nothing, until {@link #thaw()}. */
    void freeze() throws Exception {
        signal("STOP");
    }

    void thaw() throws Exception {
        signal("CONT");
    }

    private void signal(String name) throws Exception {
        Process running = process;
        if (running == null
                || new ProcessBuilder("kill", "-" + name, Long.toString(running.pid()))
                                .start()
                                .waitFor()
                        != 0) {
            throw new IllegalStateException("S3Mock does not run");
        }
    }

    void stop() throws Exception {
        Process running = process;
        if (running != null) {
            running.destroy();
            if (!running.waitFor(20, TimeUnit.SECONDS)) {
                running.destroyForcibly().waitFor();
            }
        }
    }

    @Override
    public void close() throws Exception {
        stop();
    }
}
