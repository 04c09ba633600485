package io.magnetar.bench.report;

import org.jspecify.annotations.Nullable;

/** Watches the generator's process and, when told its id, the broker's. Thread: the one that runs the load. */
public final class Probe {
    private final @Nullable LinuxProcess broker;
    private final LinuxProcess generator = LinuxProcess.self();
    private long begunNanos;
    private double generatorCpu;
    private double brokerCpu;
    private @Nullable Usage usage;

    /** @param broker null when the broker is not to be watched */
    public Probe(@Nullable LinuxProcess broker) {
        this.broker = broker;
    }

    public void begin() {
        generatorCpu = generator.cpuSeconds();
        brokerCpu = broker == null ? 0 : broker.cpuSeconds();
        begunNanos = System.nanoTime();
    }

    public void end() {
        double wall = (System.nanoTime() - begunNanos) / 1e9;
        double generatorUsed = generator.cpuSeconds() - generatorCpu;
        usage = broker == null
                ? new Usage(wall, generatorUsed, null, null)
                : new Usage(wall, generatorUsed, broker.cpuSeconds() - brokerCpu, broker.residentBytes());
    }

    /** Only after {@link #end()}. */
    public Usage usage() {
        Usage measured = usage;
        if (measured == null) {
            throw new IllegalStateException("nothing measured yet");
        }
        return measured;
    }
}
