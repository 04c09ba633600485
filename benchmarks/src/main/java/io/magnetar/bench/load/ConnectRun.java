package io.magnetar.bench.load;

import io.magnetar.bench.load.Client.Identity;
import io.magnetar.bench.report.LatencySummary;
import io.magnetar.bench.report.Probe;
import io.magnetar.bench.report.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;

/**
 * A connect storm: very many clients that connect as fast as the broker lets them, fifty at a time, and stay.
 *
 * <p>Thread: one, which blocks until the run is over.
 */
public final class ConnectRun {
    private final Broker broker;
    private final int connections;
    private final int threads;

    /**
     * What came of it.
     *
     * @param connectMicros from CONNECT to CONNACK
     */
    public record Result(int connections, Usage usage, LatencySummary connectMicros) {
        public double perSecond() {
            return connections / usage.wallSeconds();
        }

        /** A text for people. */
        public String text() {
            Double micros = usage.brokerMicrosPerMessage(connections);
            return String.format(
                    Locale.ROOT,
                    "%,d connections, %,.0f a second%n  CONNECT to CONNACK  p50 %,d us, p99 %,d us, max %,d us%n"
                            + "  broker              %s us of CPU a connection",
                    connections,
                    perSecond(),
                    connectMicros.p50(),
                    connectMicros.p99(),
                    connectMicros.max(),
                    micros == null ? "-" : String.format(Locale.ROOT, "%.1f", micros));
        }
    }

    public ConnectRun(Broker broker, int connections, int threads) {
        this.broker = broker;
        this.connections = connections;
        this.threads = threads;
    }

    /** Connects all, and lets them go; {@code probe} watches the processes while they connect. */
    public Result run(Probe probe) {
        String run = Integer.toHexString(new SplittableRandom().nextInt());
        List<ConnectingClient> clients = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            clients.add(new ConnectingClient(Identity.transientOne("bench-" + run + "-" + i, broker.version())));
        }
        try (Connections open = new Connections(broker.address(), threads)) {
            probe.begin();
            open.connect(clients, i -> i);
            probe.end();
            open.check();
            open.leave();
        }
        Histogram micros = Latency.histogram();
        clients.forEach(client -> Latency.record(micros, client.connectNanos()));
        return new Result(connections, probe.usage(), LatencySummary.of(micros));
    }
}
