package io.magnetar.it.distribution;

import static org.awaitility.Awaitility.await;

import io.magnetar.it.client.BrokerStatus;
import io.magnetar.it.client.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A running {@code ./magnetar standalone} with free ports and a data directory of its own below {@code target}. It can
 * be killed, stopped and started again on the same data; {@link #close()} leaves no process behind.
 *
 * <p>Thread: the test's.
 */
final class Standalone implements AutoCloseable {
    /** Longer than the launcher waits before it says itself what is wrong. */
    private static final Duration START_PATIENCE = Duration.ofMinutes(6);

    private static final Duration STOP_PATIENCE = Duration.ofMinutes(2);

    private final Path data;
    private final Path console;
    private final List<String> options;
    private final int mqttPort = FreePorts.next();
    private final int httpPort = FreePorts.next();
    private final int pulsarPort = FreePorts.next();
    private final int adminPort = FreePorts.next();
    private final int bookiePort = FreePorts.next();
    private final BrokerStatus status = new BrokerStatus(httpPort);
    private final Thread killAtExit = new Thread(this::killTree, "kill standalone");
    private volatile @Nullable Process launcher;

    /**
     * @param name of the data directory, which must be new
     * @param options more options of {@code ./magnetar standalone}
     */
    Standalone(String name, String... options) throws IOException {
        Path target = Path.of("target").toAbsolutePath();
        data = target.resolve(name + "-data-" + ProcessHandle.current().pid());
        console = target.resolve(name + "-console.log");
        Files.deleteIfExists(console);
        this.options = List.of(options);
        Runtime.getRuntime().addShutdownHook(killAtExit);
    }

    int mqttPort() {
        return mqttPort;
    }

    /** Where the status page and the admin API are, on 127.0.0.1. */
    int httpPort() {
        return httpPort;
    }

    BrokerStatus status() {
        return status;
    }

    String serviceUrl() {
        return "pulsar://127.0.0.1:" + pulsarPort;
    }

    String adminUrl() {
        return "http://127.0.0.1:" + adminPort;
    }

    /** The Pulsar home that it runs in. */
    Path home() {
        return data.resolve("pulsar");
    }

    /** Starts it on the data of the time before, if any, and returns when it is READY. */
    Standalone start() throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Launcher.script(),
                "standalone",
                "--data",
                data.toString(),
                "--mqtt-port",
                Integer.toString(mqttPort),
                "--http-port",
                Integer.toString(httpPort),
                "--pulsar-port",
                Integer.toString(pulsarPort),
                "--admin-port",
                Integer.toString(adminPort),
                "--bookie-port",
                Integer.toString(bookiePort)));
        command.addAll(options);
        long readyBefore = readyLines();
        Process started = new ProcessBuilder(command)
                .directory(Launcher.home().toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(console.toFile()))
                .start();
        launcher = started;
        try {
            await("READY")
                    .atMost(START_PATIENCE)
                    .pollInterval(Duration.ofMillis(250))
                    .failFast(() -> {
                        if (!started.isAlive()) {
                            throw new AssertionError("the launcher ended and printed\n" + console());
                        }
                    })
                    .until(() -> readyLines() > readyBefore);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(StartFailure.describe(started, console(), log()), e);
        }
        return this;
    }

    /** What the broker has logged so far. */
    String logText() throws IOException {
        return Files.readString(log());
    }

    private Path log() {
        return data.resolve("logs").resolve("pulsar-standalone.log");
    }

    private long readyLines() throws IOException {
        return Files.exists(console) ? console().lines().filter("READY"::equals).count() : 0;
    }

    /** What the launcher has printed so far, over all starts. */
    String console() throws IOException {
        return Files.readString(console);
    }

    /** Runs {@code ./magnetar} with arguments for this standalone and returns what it prints. */
    String magnetar(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("env", "MAGNETAR_DATA=" + data, Launcher.script()));
        command.addAll(List.of(arguments));
        return Launcher.run(Duration.ofMinutes(2), command.toArray(String[]::new));
    }

    /**
     * Kills the broker's JVM as {@code kill -9} does, with the bookie in it, and returns when the launcher has ended
     * too.
     */
    void kill() throws InterruptedException {
        Process running = running();
        broker(running)
                .orElseThrow(() -> new AssertionError("the launcher has no broker process"))
                .destroyForcibly();
        awaitEnd(running);
    }

    /** Stops it as Ctrl-C does. */
    void stop() throws InterruptedException {
        Process running = running();
        running.destroy();
        awaitEnd(running);
    }

    private Process running() {
        return Objects.requireNonNull(launcher, "not started");
    }

    /** The broker's JVM below a launcher, if it runs. */
    static Optional<ProcessHandle> broker(Process launcher) {
        return launcher.descendants().filter(Standalone::isBroker).findFirst();
    }

    private static boolean isBroker(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"))
                    .contains("PulsarStandalone");
        } catch (IOException e) {
            return false;
        }
    }

    private static void awaitEnd(Process process) throws InterruptedException {
        if (!process.waitFor(STOP_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("the launcher does not end");
        }
    }

    private void killTree() {
        Process running = launcher;
        if (running != null) {
            List<ProcessHandle> tree = running.descendants().toList();
            running.destroyForcibly();
            tree.forEach(ProcessHandle::destroyForcibly);
        }
    }

    @Override
    public void close() throws InterruptedException {
        Process running = launcher;
        if (running != null && running.isAlive()) {
            List<ProcessHandle> tree = running.descendants().toList();
            running.destroy();
            if (!running.waitFor(STOP_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                running.destroyForcibly();
            }
            tree.forEach(ProcessHandle::destroyForcibly);
        }
        Runtime.getRuntime().removeShutdownHook(killAtExit);
    }
}
