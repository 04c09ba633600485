package io.magnetar.it.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.magnetar.it.distribution.Peers;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A {@code mosquitto_sub} with MQTT 3.1.1 at QoS 2 that is running. */
final class MosquittoSub implements AutoCloseable {
    private final Process process;
    private final CountDownLatch subscribed = new CountDownLatch(1);

    /**
     * @param got gets the payloads
     * @param more options
     */
    MosquittoSub(int port, String filter, Queue<String> got, String... more) throws IOException {
        Peers.require("mosquitto_sub");
        List<String> command = new ArrayList<>(List.of(
                "stdbuf",
                "-oL",
                "mosquitto_sub",
                "-d",
                "-F",
                "got %p",
                "-h",
                "127.0.0.1",
                "-p",
                Integer.toString(port),
                "-q",
                "2",
                "-t",
                filter));
        command.addAll(List.of(more));
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        Thread reader = new Thread(() -> read(got), "mosquitto_sub");
        reader.setDaemon(true);
        reader.start();
    }

    private void read(Queue<String> got) {
        try (BufferedReader lines = process.inputReader(UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("got ")) {
                    got.add(line.substring("got ".length()));
                } else if (line.contains("Subscribed")) {
                    subscribed.countDown();
                }
            }
        } catch (IOException e) {
            got.add("mosquitto_sub cannot be read: " + e);
        }
    }

    void awaitSubscribed() throws InterruptedException {
        if (!subscribed.await(20, TimeUnit.SECONDS)) {
            throw new AssertionError("mosquitto_sub does not subscribe");
        }
    }

    @Override
    public void close() {
        process.destroy();
    }
}
