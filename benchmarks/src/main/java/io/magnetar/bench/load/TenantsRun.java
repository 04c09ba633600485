package io.magnetar.bench.load;

import io.magnetar.bench.load.Client.Identity;
import io.magnetar.bench.report.Growth;
import io.magnetar.bench.report.JavaProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;

/**
 * Many tenants, made over the admin API, with a few clients each, and some with a stream and a durable session: what they cost. A client
 * connects after the other, so that what is measured is one CONNECT and not how many at once.
 *
 * <p>Thread: one, which blocks until the run is over.
 */
public final class TenantsRun {
    private final Broker broker;
    private final Ports ports;
    private final Size size;
    private final int threads;
    private final String run = Integer.toHexString(new SplittableRandom().nextInt());
    private final List<String> lines = new ArrayList<>();

    /**
     * How many there are.
     *
     * @param tenants at least 10
     * @param clients live ones of each that is busy; others have one
     * @param busy how many tenants are busy
     * @param withStream how many tenants have a stream and a durable session
     */
    public record Size(int tenants, int clients, int busy, int withStream) {}

    /**
     * Where the broker answers HTTP on this machine.
     *
     * @param admin the handler's admin API
     * @param metrics Pulsar's metrics
     */
    public record Ports(int admin, int metrics) {}

    public TenantsRun(Broker broker, Ports ports, Size size, int threads) {
        this.broker = broker;
        this.ports = ports;
        this.size = size;
        this.threads = threads;
    }

    /** @return a text for people */
    public String run(JavaProcess brokerProcess) throws IOException, InterruptedException {
        NamespaceAdmin admin = new NamespaceAdmin(ports.admin());
        MetricsScrape metrics = new MetricsScrape(ports.metrics());
        try (Connections live = new Connections(broker.address(), threads);
                Connections passing = new Connections(broker.address(), threads)) {
            admin.create("bench" + run + "x");
            connect(live, "bench" + run + "x", 0, false);
            Growth.Memory before = brokerProcess.memory();
            makeTenants(admin);
            Growth.Memory idle = brokerProcess.memory();
            lines.add(new Growth(size.tenants(), before, idle).text("idle tenants"));
            list(admin);
            lines.add(metrics.text("idle tenants"));
            connectFirst(live);
            Growth.Memory opened = brokerProcess.memory();
            lines.add(new Growth(size.tenants(), idle, opened).text("tenants that have a client"));
            lines.add(metrics.text("tenants with a client each"));
            Growth.Memory active = opened;
            if (size.busy() > 0 && size.clients() > 1) {
                connectOthers(live);
                active = brokerProcess.memory();
                lines.add(new Growth(size.busy(), opened, active)
                        .text("tenants with " + (size.clients() - 1) + " clients more each"));
            }
            if (size.withStream() > 0) {
                addStreams(admin, passing);
                Growth.Memory full = brokerProcess.memory();
                lines.add(new Growth(size.withStream(), active, full)
                        .text("tenants with a stream and a durable session as well"));
            }
            list(admin);
            lines.add(metrics.text("all of them"));
            live.check();
        }
        return String.join(System.lineSeparator(), lines);
    }

    private String tenant(int number) {
        return String.format(Locale.ROOT, "bench%s%06d", run, number);
    }

    private void makeTenants(NamespaceAdmin admin) throws IOException, InterruptedException {
        Histogram micros = Latency.histogram();
        Histogram last = Latency.histogram();
        for (int i = 0; i < size.tenants(); i++) {
            long begun = System.nanoTime();
            admin.create(tenant(i));
            Latency.record(i < size.tenants() - size.tenants() / 10 ? micros : last, System.nanoTime() - begun);
        }
        told("made over the admin API", micros, last);
    }

    private void connectFirst(Connections live) {
        Histogram micros = Latency.histogram();
        Histogram last = Latency.histogram();
        for (int i = 0; i < size.tenants(); i++) {
            long nanos = connect(live, tenant(i), 0, false);
            Latency.record(i < size.tenants() - size.tenants() / 10 ? micros : last, nanos);
        }
        told("CONNECT and SUBSCRIBE of a tenant's first client", micros, last);
    }

    private void connectOthers(Connections live) {
        Histogram micros = Latency.histogram();
        Histogram last = Latency.histogram();
        for (int client = 1; client < size.clients(); client++) {
            for (int i = 0; i < size.busy(); i++) {
                long nanos = connect(live, tenant(i), client, false);
                Latency.record(i < size.busy() - size.busy() / 10 ? micros : last, nanos);
            }
        }
        told("CONNECT and SUBSCRIBE of others", micros, last);
    }

    private void addStreams(NamespaceAdmin admin, Connections passing) throws IOException, InterruptedException {
        long begun = System.nanoTime();
        for (int i = 0; i < size.withStream(); i++) {
            admin.createStream(tenant(i), "readings", "sensors/#");
            connect(passing, tenant(i), size.clients(), true);
            passing.leave();
        }
        lines.add(String.format(
                Locale.ROOT,
                "%,d streams and durable sessions made in %.1f s",
                size.withStream(),
                (System.nanoTime() - begun) / 1e9));
    }

    private long connect(Connections connections, String tenant, int number, boolean durable) {
        IdleClient client = new IdleClient(
                new Identity(tenant + "-client-" + number, broker.version(), durable), "tenants/" + number);
        long begun = System.nanoTime();
        connections.connect(List.of(client), i -> number);
        return System.nanoTime() - begun;
    }

    private void list(NamespaceAdmin admin) throws IOException, InterruptedException {
        Histogram micros = Latency.histogram();
        int listed = 0;
        String after = "";
        while (after != null) {
            long begun = System.nanoTime();
            NamespaceAdmin.Page page = admin.list(after);
            Latency.record(micros, System.nanoTime() - begun);
            listed += page.size();
            after = page.next();
        }
        lines.add(String.format(
                Locale.ROOT,
                "%,d namespaces listed by 100: a page p50 %,d us, max %,d us",
                listed,
                micros.getValueAtPercentile(50),
                micros.getMaxValue()));
    }

    private void told(String what, Histogram micros, Histogram last) {
        lines.add(String.format(
                Locale.ROOT,
                "%s: p50 %,d us, p99 %,d us; of the last tenth p50 %,d us, p99 %,d us",
                what,
                micros.getValueAtPercentile(50),
                micros.getValueAtPercentile(99),
                last.getValueAtPercentile(50),
                last.getValueAtPercentile(99)));
    }
}
