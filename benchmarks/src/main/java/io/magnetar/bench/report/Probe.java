package io.magnetar.bench.report;

import org.jspecify.annotations.Nullable;

/** Watches the generator's process and, when told its id, the broker's. Thread: the one that runs the load. */
public final class Probe {
    private final @Nullable LinuxProcess broker;
    private final @Nullable HeapAllocation allocation;
    private final LinuxProcess generator = LinuxProcess.self();
    private long begunNanos;
    private double generatorCpu;
    private double brokerCpu;
    private @Nullable Usage usage;

    /** @param broker null when the broker is not to be watched */
    public Probe(@Nullable LinuxProcess broker) {
        this(broker, null);
    }

    /** @param allocation of the broker, null when it has no heap that can be watched */
    public Probe(@Nullable LinuxProcess broker, @Nullable HeapAllocation allocation) {
        this.broker = broker;
        this.allocation = allocation;
    }

    public void begin() {
        if (allocation != null) {
            allocation.begin();
        }
        generatorCpu = generator.cpuSeconds();
        brokerCpu = broker == null ? 0 : broker.cpuSeconds();
        begunNanos = System.nanoTime();
    }

    public void end() {
        double wall = (System.nanoTime() - begunNanos) / 1e9;
        double generatorUsed = generator.cpuSeconds() - generatorCpu;
        usage = broker == null
                ? new Usage(wall, generatorUsed, null, null, null)
                : new Usage(
                        wall,
                        generatorUsed,
                        broker.cpuSeconds() - brokerCpu,
                        broker.residentBytes(),
                        allocation == null ? null : allocation.end());
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
