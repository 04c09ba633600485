package io.magnetar.sink.archive;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** Adobe's S3Mock in a process of its own. It has all that S3 has but the check of credentials. */
final class S3MockServer implements AutoCloseable {
    private final Process process;
    private final int port;

    S3MockServer() throws Exception {
        port = freePort();
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-Xmx256m",
                        "-jar",
                        Path.of("target/servers/s3mock.jar").toAbsolutePath().toString(),
                        "--server.port=" + freePort(),
                        "--http.port=" + port)
                .redirectErrorStream(true)
                .redirectOutput(Path.of("target/s3mock.log").toFile())
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        Awaitility.await("S3Mock")
                .atMost(Duration.ofMinutes(1))
                .failFast(() -> !process.isAlive())
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

    @Override
    public void close() throws Exception {
        process.destroy();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
