package io.magnetar.demo;

import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All stations: each publishes its share of readings as the time of the run passes.
 *
 * <p>Thread: the demo's main thread.
 */
final class Fleet {
    private static final long TICK_MILLIS = 20;
    private static final Duration PROGRESS_EVERY = Duration.ofSeconds(3);
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(30);

    private final List<Station> stations;
    private final PrintStream out;

    Fleet(Map<String, List<Reading>> readings, int mqttPort, PrintStream out) {
        this.stations = readings.entrySet().stream()
                .map(station -> new Station(station.getKey(), station.getValue(), mqttPort))
                .toList();
        this.out = out;
    }

    void connect() throws InterruptedException, ExecutionException, TimeoutException {
        for (Station station : stations) {
            station.connect().get(10, TimeUnit.SECONDS);
        }
    }

    /** Publishes everything, evenly over a time, and waits for the last answers. */
    void publish(Duration length) throws InterruptedException {
        long start = System.nanoTime();
        long nextProgress = start + PROGRESS_EVERY.toNanos();
        long deadline = start + length.plus(LAST_ANSWERS).toNanos();
        while (!stations.stream().allMatch(Station::done) && System.nanoTime() < deadline) {
            long now = System.nanoTime();
            double share = Math.min(1, (double) (now - start) / length.toNanos());
            stations.forEach(station -> station.publishUpTo(share));
            if (now >= nextProgress) {
                printProgress();
                nextProgress += PROGRESS_EVERY.toNanos();
            }
            Thread.sleep(TICK_MILLIS);
        }
        printProgress();
    }

    private void printProgress() {
        out.println(stations.stream()
                .map(station -> station.name() + " " + station.acknowledged())
                .collect(Collectors.joining("   ", "  acknowledged: ", "")));
    }

    void disconnect() throws InterruptedException, ExecutionException, TimeoutException {
        for (Station station : stations) {
            station.disconnect().get(10, TimeUnit.SECONDS);
        }
    }

    int acknowledged() {
        return stations.stream().mapToInt(Station::acknowledged).sum();
    }

    int failed() {
        return stations.stream().mapToInt(Station::failed).sum();
    }

    @Nullable
    Throwable firstFailure() {
        for (Station station : stations) {
            Throwable failure = station.firstFailure();
            if (failure != null) {
                return failure;
            }
        }
        return null;
    }
}
