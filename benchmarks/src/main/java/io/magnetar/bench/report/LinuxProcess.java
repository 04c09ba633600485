package io.magnetar.bench.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A process as {@code /proc} shows it.
 *
 * <p>Thread: immutable.
 */
public record LinuxProcess(long pid) {
    private static final double TICKS_PER_SECOND = 100;
    private static final int USER_TICKS = 11;
    private static final int SYSTEM_TICKS = 12;

    public static LinuxProcess self() {
        return new LinuxProcess(ProcessHandle.current().pid());
    }

    public boolean exists() {
        return Files.isReadable(file("stat"));
    }

    /** Processor time of all its threads so far, user and system. */
    public double cpuSeconds() {
        String stat = read("stat");
        String[] afterName = stat.substring(stat.lastIndexOf(')') + 2).split(" ", SYSTEM_TICKS + 2);
        return (Long.parseLong(afterName[USER_TICKS]) + Long.parseLong(afterName[SYSTEM_TICKS])) / TICKS_PER_SECOND;
    }

    /** Memory that it has in RAM. */
    public long residentBytes() {
        return read("status")
                .lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse(0);
    }

    private String read(String name) {
        try {
            return Files.readString(file(name));
        } catch (IOException e) {
            throw new UncheckedIOException("process " + pid + " is gone", e);
        }
    }

    private Path file(String name) {
        return Path.of("/proc", Long.toString(pid), name);
    }
}
