package io.magnetar.bench.sinks;

import io.magnetar.bench.report.LinuxProcess;
import java.util.Locale;

/**
 * What one way to write took.
 *
 * @param cpuMicrosPerRow of this process, user and system; the server's is not in it
 */
record Measured(double rowsPerSecond, double megabytesPerSecond, double cpuMicrosPerRow) {
    /** Writes a fifth of the rows to warm up, and then the rows. */
    static Measured of(Readings readings, Writing writing, long rows) throws Exception {
        writing.write(rows / 5);
        double cpu = LinuxProcess.self().cpuSeconds();
        long begin = System.nanoTime();
        writing.write(rows);
        double seconds = (System.nanoTime() - begin) / 1e9;
        return new Measured(
                rows / seconds,
                readings.payloadBytes(rows) / 1e6 / seconds,
                (LinuxProcess.self().cpuSeconds() - cpu) * 1e6 / rows);
    }

    String row(String name) {
        return String.format(
                Locale.ROOT, "| %s | %,.0f | %.1f | %.2f |", name, rowsPerSecond, megabytesPerSecond, cpuMicrosPerRow);
    }
}
