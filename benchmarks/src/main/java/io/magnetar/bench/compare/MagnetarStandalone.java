package io.magnetar.bench.compare;

import com.fasterxml.jackson.databind.JsonNode;
import io.magnetar.bench.report.LinuxProcess;
import java.io.File;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A standalone of our own, started by the launcher on free ports.
 *
 * <p>Thread: the one that runs the comparison.
 */
final class MagnetarStandalone implements AutoCloseable {
    private static final long READY_SECONDS = 180;
    private static final long STREAM_SECONDS = 20;
    private static final long STOP_SECONDS = 60;
    /** Room for what a load has under way, as its peers have it. */
    private static final int MAX_QUEUED_MESSAGES = 100_000;

    private static final int MAX_QUEUED_BYTES = 256 * 1024 * 1024;

    private final Process launcher;
    private final Ports ports;
    private final PulsarAdminApi admin;

    private record Ports(int mqtt, int http, int pulsar, int admin, int bookie) {
        static Ports free() throws IOException {
            return new Ports(FreePort.find(), FreePort.find(), FreePort.find(), FreePort.find(), FreePort.find());
        }
    }

    private MagnetarStandalone(Process launcher, Ports ports) {
        this.launcher = launcher;
        this.ports = ports;
        this.admin = new PulsarAdminApi(ports.admin());
    }

    /** Starts one that keeps its data and its log in {@code directory}; returns when it says that it is ready. */
    static MagnetarStandalone start(Path launcherScript, Path directory) throws IOException, InterruptedException {
        Ports ports = Ports.free();
        File log = directory.resolve("standalone.log").toFile();
        Process launcher = new ProcessBuilder(
                        launcherScript.toAbsolutePath().toString(),
                        "standalone",
                        "--no-functions",
                        "--data",
                        directory.resolve("data").toString(),
                        "--mqtt-port",
                        Integer.toString(ports.mqtt()),
                        "--http-port",
                        Integer.toString(ports.http()),
                        "--pulsar-port",
                        Integer.toString(ports.pulsar()),
                        "--admin-port",
                        Integer.toString(ports.admin()),
                        "--bookie-port",
                        Integer.toString(ports.bookie()),
                        "--set",
                        "mqttMaxQueuedMessages=" + MAX_QUEUED_MESSAGES,
                        "--set",
                        "mqttMaxQueuedBytes=" + MAX_QUEUED_BYTES)
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start();
        MagnetarStandalone standalone = new MagnetarStandalone(launcher, ports);
        try {
            standalone.awaitReady(log);
        } catch (IOException | InterruptedException e) {
            standalone.close();
            throw e;
        }
        return standalone;
    }

    InetSocketAddress mqtt() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), ports.mqtt());
    }

    String serviceUrl() {
        return "pulsar://127.0.0.1:" + ports.pulsar();
    }

    PulsarAdminApi admin() {
        return admin;
    }

    /** The process of the broker, not that of the launcher. */
    LinuxProcess process() throws IOException {
        return Stream.concat(Stream.of(launcher.toHandle()), launcher.descendants())
                .filter(candidate -> candidate.info().command().orElse("").endsWith("/java"))
                .map(candidate -> new LinuxProcess(candidate.pid()))
                .findFirst()
                .orElseThrow(() -> new IOException("the standalone has no Java process"));
    }

    /** Where its Pulsar is unpacked. */
    Path pulsarHome() throws IOException {
        return Files.readSymbolicLink(Path.of("/proc", Long.toString(process().pid()), "cwd"));
    }

    /** Makes a stream; returns when the broker serves it. */
    void createStream(String name, String filter, int partitions) throws IOException, InterruptedException {
        defineStream(name, filter, partitions);
        awaitStream(name);
    }

    /** Makes a stream that the broker will serve in a moment. */
    void defineStream(String name, String filter, int partitions) throws IOException, InterruptedException {
        admin.createPartitioned(streamTopic(name), partitions, Map.of("mqtt.filter", filter));
    }

    /** Returns when the broker serves a stream. */
    void awaitStream(String name) throws IOException, InterruptedException {
        long begun = System.nanoTime();
        while (!serves(name)) {
            if (System.nanoTime() - begun > TimeUnit.SECONDS.toNanos(STREAM_SECONDS)) {
                throw new IOException("the stream " + name + " is not served: " + status());
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    void deleteStream(String name) throws IOException, InterruptedException {
        admin.deletePartitioned(streamTopic(name));
    }

    @Override
    public void close() {
        launcher.destroy();
        try {
            if (!launcher.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                launcher.descendants().forEach(ProcessHandle::destroyForcibly);
                launcher.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean serves(String name) throws IOException, InterruptedException {
        for (JsonNode stream : status().path("streams")) {
            if (stream.path("name").asText().equals(name)) {
                return true;
            }
        }
        return false;
    }

    private void awaitReady(File log) throws IOException, InterruptedException {
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < TimeUnit.SECONDS.toNanos(READY_SECONDS)) {
            if (!launcher.isAlive()) {
                throw new IOException("the standalone has ended; its log is " + log);
            }
            if (isReady()) {
                return;
            }
            TimeUnit.MILLISECONDS.sleep(250);
        }
        throw new IOException("the standalone is not ready after " + READY_SECONDS + " s; its log is " + log);
    }

    private boolean isReady() throws IOException, InterruptedException {
        try {
            return status().path("ready").asBoolean();
        } catch (ConnectException notYet) {
            return false;
        }
    }

    private JsonNode status() throws IOException, InterruptedException {
        return admin.get(URI.create("http://127.0.0.1:" + ports.http() + "/status"));
    }

    private static String streamTopic(String name) {
        return "public/streams/" + name;
    }
}
