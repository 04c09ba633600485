package io.magnetar.sink.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** Microsoft's own emulator of Azure Blob Storage, where npm has installed it; in CI it has. */
final class Azurite implements AutoCloseable {
    /** The same in every Azurite. */
    private static final String KEY =
            "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private final Process process;
    private final int port;

    Azurite(Path data) throws Exception {
        Path program = Path.of("../../integration-tests/peers/node_modules/.bin/azurite-blob")
                .toAbsolutePath();
        if ("true".equals(System.getenv("CI"))) {
            assertThat(program).exists();
        }
        assumeTrue(Files.exists(program), () -> program + " is not there: what it would show is left out");
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Path log = Path.of("target/azurite.log");
        process = new ProcessBuilder(
                        program.toString(),
                        "--blobHost",
                        "127.0.0.1",
                        "--blobPort",
                        Integer.toString(port),
                        "--location",
                        data.toString(),
                        "--silent",
                        "--disableTelemetry",
                        "--skipApiVersionCheck")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        Awaitility.await("Azurite")
                .atMost(Duration.ofMinutes(1))
                .failFast(() -> !process.isAlive())
                .until(() -> Files.readString(log).contains("successfully listens"));
    }

    String connectionString() {
        return connectionString(KEY);
    }

    String connectionString(String key) {
        return "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=" + key + ";BlobEndpoint="
                + account() + ";";
    }

    String account() {
        return "http://127.0.0.1:" + port + "/devstoreaccount1";
    }

    @Override
    public void close() throws Exception {
        process.destroy();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
