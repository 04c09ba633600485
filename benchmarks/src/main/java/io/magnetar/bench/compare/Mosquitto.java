package io.magnetar.bench.compare;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A Mosquitto of our own on a free port, in memory, set so that it drops nothing and does not wait to fill packets.
 *
 * <p>Thread: the one that runs the comparison.
 */
public final class Mosquitto implements AutoCloseable {
    private static final List<Path> PLACES = List.of(
            Path.of("/usr/sbin/mosquitto"), Path.of("/usr/bin/mosquitto"), Path.of("/usr/local/sbin/mosquitto"));
    private static final int START_SECONDS = 5;

    private final Process process;
    private final InetSocketAddress address;

    private Mosquitto(Process process, InetSocketAddress address) {
        this.process = process;
        this.address = address;
    }

    public static boolean isInstalled() {
        return installed().findAny().isPresent();
    }

    /** Starts one that keeps its files in {@code directory}; returns when it accepts connections. */
    public static Mosquitto start(Path directory) throws IOException, InterruptedException {
        Path program = installed().findFirst().orElseThrow(() -> new IOException("mosquitto is not installed"));
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), FreePort.find());
        Path configuration = directory.resolve("mosquitto.conf");
        Files.writeString(configuration, """
                listener %d 127.0.0.1
                allow_anonymous true
                persistence false
                max_inflight_messages 0
                max_queued_messages 0
                set_tcp_nodelay true
                log_dest none
                """.formatted(address.getPort()));
        Process process = new ProcessBuilder(program.toString(), "-c", configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("mosquitto.log").toFile())
                .start();
        Mosquitto mosquitto = new Mosquitto(process, address);
        try {
            ServerStart.await(process, address, START_SECONDS);
        } catch (IOException e) {
            mosquitto.close();
            throw e;
        }
        return mosquitto;
    }

    public InetSocketAddress address() {
        return address;
    }

    public long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.destroy();
    }

    private static Stream<Path> installed() {
        return PLACES.stream().filter(Files::isExecutable);
    }
}
