package io.magnetar.bench.compare;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A HiveMQ Community Edition of our own on a free port, in a process of its own that ends with this one.
 *
 * <p>Thread: the one that runs the comparison.
 */
final class HiveMq implements AutoCloseable {
    private static final int START_SECONDS = 60;
    private static final int STOP_SECONDS = 20;

    private final Process process;
    private final InetSocketAddress address;

    private HiveMq(Process process, InetSocketAddress address) {
        this.process = process;
        this.address = address;
    }

    /**
     * Starts one that keeps its files in {@code directory}; returns when it accepts connections.
     *
     * @param module the built module {@code benchmarks/hivemq}
     */
    static HiveMq start(Path module, Path directory) throws IOException, InterruptedException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), FreePort.find());
        Path target = module.resolve("target");
        String classpath = target.resolve("classes") + ":" + Files.readString(target.resolve("classpath"));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xms512m",
                        "-Xmx1g",
                        "-XX:MaxDirectMemorySize=1g",
                        "-cp",
                        classpath,
                        "io.magnetar.bench.hivemq.HiveMqServer",
                        Integer.toString(address.getPort()),
                        directory.resolve("hivemq").toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("hivemq.log").toFile())
                .start();
        HiveMq hiveMq = new HiveMq(process, address);
        try {
            ServerStart.await(process, address, START_SECONDS);
        } catch (IOException | InterruptedException e) {
            hiveMq.close();
            throw e;
        }
        return hiveMq;
    }

    InetSocketAddress address() {
        return address;
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        try (OutputStream ends = process.getOutputStream()) {
            ends.flush();
        } catch (IOException alreadyEnded) {
            process.destroy();
        }
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }
}
