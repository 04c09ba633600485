package io.magnetar.sink.server;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A server that can be stopped, killed, started again on its data, and made to hang.
 *
 * <p>Thread: the test's.
 */
public final class ServerProcess implements AutoCloseable {
    private static final Duration START_PATIENCE = Duration.ofMinutes(4);
    private static final int END = 4_000;
    private static final int FIRST_PORT = 10_000;
    private static final int FIRST_EPHEMERAL_PORT = 32_768;
    private static final int PORT_ATTEMPTS = 100;
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(60);

    private final Path directory;
    private final List<String> command;
    private final Map<String, String> environment;
    private final Callable<Boolean> ready;
    private final Thread killAtExit = new Thread(this::kill, "kill server");
    private @Nullable Process process;

    ServerProcess(Path directory, List<String> command, Map<String, String> environment, Callable<Boolean> ready) {
        this.directory = directory;
        this.command = command;
        this.environment = environment;
        this.ready = ready;
        Runtime.getRuntime().addShutdownHook(killAtExit);
    }

    /** Returns when it is ready. */
    public void start() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        builder.environment().putAll(environment);
        Process started = builder.start();
        process = started;
        try {
            await("ready")
                    .atMost(START_PATIENCE)
                    .pollInterval(Duration.ofMillis(100))
                    .failFast("the server has ended", () -> !started.isAlive())
                    .ignoreExceptions()
                    .until(ready);
        } catch (ConditionTimeoutException | org.awaitility.core.TerminalFailureException e) {
            kill();
            throw new IllegalStateException(command.get(0) + " does not start; the end of " + log() + "\n" + end(), e);
        }
    }

    private String end() throws IOException {
        String printed = Files.readString(log());
        return printed.substring(Math.max(0, printed.length() - END));
    }

    /** What it prints. */
    public Path log() {
        return directory.resolve("console.log");
    }

    /** As an operator stops it. */
    public void stop() throws InterruptedException {
        Process running = Objects.requireNonNull(process);
        List<ProcessHandle> tree = running.descendants().toList();
        tree.forEach(ProcessHandle::destroy);
        running.destroy();
        if (!running.waitFor(STOP_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            kill();
        }
    }

    /** As {@code kill -9} does. */
    public void kill() {
        Process running = process;
        if (running != null) {
            List<ProcessHandle> tree = running.descendants().toList();
            running.destroyForcibly();
            tree.forEach(ProcessHandle::destroyForcibly);
            try {
                running.waitFor();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** From now on it takes connections and answers nothing. */
    public void hang() throws IOException, InterruptedException {
        signal("-STOP");
    }

    public void goOn() throws IOException, InterruptedException {
        signal("-CONT");
    }

    private void signal(String signal) throws IOException, InterruptedException {
        int status = new ProcessBuilder(
                        "kill",
                        signal,
                        Long.toString(Objects.requireNonNull(process).pid()))
                .inheritIO()
                .start()
                .waitFor();
        if (status != 0) {
            throw new IOException("kill " + signal + " ended with " + status);
        }
    }

    @Override
    public void close() {
        kill();
        Runtime.getRuntime().removeShutdownHook(killAtExit);
    }

    /** The folder that the build has put a server into. */
    static Path published(String folder) {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path found = at.resolve("sinks/servers").resolve(folder);
            if (Files.isDirectory(found)) {
                return found;
            }
        }
        throw new IllegalStateException("there is no sinks/servers/" + folder + ": build sinks/servers");
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** An empty folder below {@code target}. */
    static Path directory(String name) throws IOException {
        Path target = Path.of("target").toAbsolutePath();
        Files.createDirectories(target);
        return Files.createTempDirectory(target, name + "-");
    }

    /**
     * A port that nobody listens on. It is below those that the kernel gives to outgoing connections, so that it is still
     * free when a server is started again.
     */
    public static int freePort() throws IOException {
        BindException last = new BindException("no port was tried");
        for (int attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, FIRST_EPHEMERAL_PORT);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (BindException e) {
                last = e;
            }
        }
        throw last;
    }
}
