package io.magnetar.bench.compare;

import io.magnetar.bench.load.Broker;
import io.magnetar.bench.report.HeapAllocation;
import io.magnetar.bench.report.LinuxProcess;
import io.magnetar.bench.report.Probe;
import io.magnetar.bench.wire.MqttVersion;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * An MQTT broker that runs.
 *
 * @param allocation null when it has no Java heap
 */
record Contestant(
        String name,
        Broker broker,
        LinuxProcess process,
        @Nullable HeapAllocation allocation) implements AutoCloseable {
    static Contestant inJava(String name, InetSocketAddress address, LinuxProcess process) throws IOException {
        return new Contestant(name, new Broker(address, MqttVersion.V3_1_1), process, HeapAllocation.of(process));
    }

    static Contestant of(String name, InetSocketAddress address, LinuxProcess process) {
        return new Contestant(name, new Broker(address, MqttVersion.V3_1_1), process, null);
    }

    Probe probe() {
        return new Probe(process, allocation);
    }

    @Override
    public void close() throws IOException {
        if (allocation != null) {
            allocation.close();
        }
    }
}
