package io.magnetar.bench.compare;

import io.magnetar.bench.compare.Comparison.Plan;
import io.magnetar.bench.load.Broker;
import io.magnetar.bench.load.LiveRun;
import io.magnetar.bench.load.ReplayRun;
import io.magnetar.bench.load.ReplayRun.Replay;
import io.magnetar.bench.load.Workload;
import io.magnetar.bench.load.Workload.Distribution;
import io.magnetar.bench.load.Workload.MessageKind;
import io.magnetar.bench.load.Workload.Pace;
import io.magnetar.bench.load.Workload.Shape;
import io.magnetar.bench.report.Probe;
import io.magnetar.bench.report.RunReport;
import io.magnetar.bench.wire.MqttVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/**
 * What streams take and give, measured on one standalone: how fast they are written by many publishers into few or many partitions
 * and read by many, what a stream costs each publish that it keeps, and what a replay does to live traffic.
 *
 * <p>Thread: one, which blocks until all is measured.
 */
public final class StreamMeasurements {
    private static final List<Integer> PARTITIONS = List.of(1, 4, 16);
    private static final List<Integer> PUBLISHERS = List.of(10, 1_000, 10_000);
    private static final List<Integer> READERS = List.of(1, 10, 100);
    private static final long MESSAGES_REPLAYED = 2_000_000;
    private static final long LEAST_MESSAGES_A_READER = 100_000;
    private static final List<Integer> KEEPERS = List.of(0, 1, 10);
    private static final int KEPT_RATE = 20_000;
    private static final int DEFINED = 1_000;
    private static final int LIVE_RATE = 1_000;
    private static final int REPLAY_RATE = 50_000;

    /** Messages that wait for their acknowledgement, of all publishers together. */
    private static final int UNDER_WAY = 20_000;

    private static final int LEAST_WINDOW = 4;
    private static final int GREATEST_WINDOW = 2_000;

    private final Path launcher;
    private final Path directory;
    private final Plan plan;
    private final Consumer<Sample> onSample;
    private final List<Sample> samples = new ArrayList<>();

    /**
     * @param launcher the script {@code magnetar}
     * @param directory for data and logs
     * @param plan its loads are names of {@link #allLoads()}
     * @param onSample is shown every sample as soon as it is there
     */
    public StreamMeasurements(Path launcher, Path directory, Plan plan, Consumer<Sample> onSample) {
        this.launcher = launcher;
        this.directory = directory;
        this.plan = plan;
        this.onSample = onSample;
    }

    /** The names of all loads. */
    public static List<String> allLoads() {
        return StreamLoad.ids();
    }

    /** Measures all, round by round, after a short load that lets the broker's JVM compile and is not counted. */
    public List<Sample> run() throws IOException, InterruptedException {
        try (MagnetarStandalone magnetar = MagnetarStandalone.start(launcher, directory)) {
            fill(magnetar, "warm");
            replay(magnetar, "warm", 1);
            magnetar.deleteStream("warm");
            for (int round = 1; round <= plan.rounds(); round++) {
                for (StreamLoad load : StreamLoad.values()) {
                    if (plan.loads().contains(load.id())) {
                        measure(load, magnetar, round);
                    }
                }
            }
        }
        return List.copyOf(samples);
    }

    private void measure(StreamLoad load, MagnetarStandalone magnetar, int round)
            throws IOException, InterruptedException {
        switch (load) {
            case INGEST -> ingest(magnetar, round);
            case REPLAY -> replays(magnetar, "replay-" + round);
            case KEPT -> kept(magnetar, round);
            case DEFINED -> defined(magnetar, round);
            case BESIDE_LIVE -> besideLive(magnetar, "live-" + round);
        }
    }

    private void ingest(MagnetarStandalone magnetar, int round) throws IOException, InterruptedException {
        for (int partitions : PARTITIONS) {
            for (int publishers : PUBLISHERS) {
                String stream = "ingest-" + round + "-" + partitions + "-" + publishers;
                magnetar.createStream(stream, stream + "/#", partitions);
                RunReport report = publish(magnetar, stream, publishers, 0);
                add(
                        String.format(
                                Locale.ROOT, "ingest into %d partitions by %,d publishers", partitions, publishers),
                        Comparison.MAGNETAR,
                        report);
                magnetar.deleteStream(stream);
            }
            String topic = "public/default/perf-" + round + "-" + partitions;
            magnetar.admin().createPartitioned(topic, partitions, Map.of());
            PulsarPerf perf =
                    new PulsarPerf(magnetar.pulsarHome(), magnetar.serviceUrl(), magnetar.process(), directory);
            PulsarPerf.Result produced = perf.produce(topic, plan.payloadBytes());
            add(new Sample(
                    "ingest into " + partitions + " partitions by one producer",
                    Comparison.PULSAR_PERF,
                    produced.perSecond(),
                    Costs.ofBroker(produced.brokerMicros()),
                    null,
                    ""));
            magnetar.admin().deletePartitioned(topic);
        }
    }

    private void replays(MagnetarStandalone magnetar, String stream) throws IOException, InterruptedException {
        fill(magnetar, stream);
        for (int readers : READERS) {
            add("replay to " + readers + " readers", Comparison.MAGNETAR, replay(magnetar, stream, readers));
        }
        magnetar.deleteStream(stream);
    }

    private void kept(MagnetarStandalone magnetar, int round) throws IOException, InterruptedException {
        for (int keepers : KEEPERS) {
            String name = "kept-" + round + "-" + keepers;
            for (int i = 0; i < keepers; i++) {
                magnetar.createStream(name + "-" + i, name + "/#", 1);
            }
            add(
                    "20,000 publishes a second, kept by " + keepers + " streams",
                    Comparison.MAGNETAR,
                    publish(magnetar, name, 100, KEPT_RATE));
            for (int i = 0; i < keepers; i++) {
                magnetar.deleteStream(name + "-" + i);
            }
        }
    }

    /** As many publishers as streams, each with a stream of its own. */
    private void defined(MagnetarStandalone magnetar, int round) throws IOException, InterruptedException {
        String name = "defined-" + round;
        for (int i = 0; i < DEFINED; i++) {
            magnetar.defineStream(name + "-" + i, name + "/" + i + "/readings", 1);
        }
        magnetar.awaitStream(name + "-" + (DEFINED - 1));
        add("ingest into 1,000 streams by 1,000 publishers", Comparison.MAGNETAR, publish(magnetar, name, DEFINED, 0));
        for (int i = 0; i < DEFINED; i++) {
            magnetar.deleteStream(name + "-" + i);
        }
    }

    private void besideLive(MagnetarStandalone magnetar, String stream) throws IOException, InterruptedException {
        fill(magnetar, stream);
        add("live QoS 1, 1,000 a second", Comparison.MAGNETAR, live(magnetar));
        CompletableFuture<RunReport> replayed = CompletableFuture.supplyAsync(() -> slowReplay(magnetar, stream));
        add("the same beside a replay of 50,000 a second", Comparison.MAGNETAR, live(magnetar));
        try {
            add("that replay", Comparison.MAGNETAR, replayed.join());
        } catch (CompletionException e) {
            throw new IOException("the replay beside live traffic failed: " + e.getCause(), e);
        }
        magnetar.deleteStream(stream);
    }

    private RunReport slowReplay(MagnetarStandalone magnetar, String stream) {
        long seconds = plan.warmup().plus(plan.duration()).toSeconds() + 1;
        Broker broker = new Broker(magnetar.mqtt(), MqttVersion.V5);
        try {
            Probe probe = new Probe(magnetar.process());
            return new ReplayRun(broker, replay(stream, 1, seconds * REPLAY_RATE, REPLAY_RATE)).run(probe);
        } catch (IOException | InterruptedException e) {
            throw new CompletionException(e);
        }
    }

    private RunReport live(MagnetarStandalone magnetar) throws IOException, InterruptedException {
        Shape pairs = new Shape("pairs", 10, 10, Distribution.PAIRED);
        return run(magnetar, pairs, "live/%r/%d", new Pace(LIVE_RATE, GREATEST_WINDOW, GREATEST_WINDOW));
    }

    /** Makes a stream of 4 partitions and writes as much as it takes while a load is measured. */
    private void fill(MagnetarStandalone magnetar, String stream) throws IOException, InterruptedException {
        magnetar.createStream(stream, stream + "/#", 4);
        publish(magnetar, stream, 200, 0);
    }

    private RunReport publish(MagnetarStandalone magnetar, String prefix, int publishers, long perSecond)
            throws IOException, InterruptedException {
        int window = Math.max(LEAST_WINDOW, Math.min(GREATEST_WINDOW, UNDER_WAY / publishers));
        Shape shape = new Shape("stream-ingest", publishers, 0, Distribution.TO_EACH);
        return run(magnetar, shape, prefix + "/%d/readings", new Pace(perSecond, window, window));
    }

    private RunReport run(MagnetarStandalone magnetar, Shape shape, String topics, Pace pace)
            throws IOException, InterruptedException {
        Workload workload = new Workload(
                shape,
                topics,
                new MessageKind(1, plan.payloadBytes(), false),
                pace,
                plan.warmup(),
                plan.duration(),
                plan.threads());
        return new LiveRun(broker(magnetar), workload).run(new Probe(magnetar.process()));
    }

    private RunReport replay(MagnetarStandalone magnetar, String stream, int readers)
            throws IOException, InterruptedException {
        long each = Math.max(LEAST_MESSAGES_A_READER, MESSAGES_REPLAYED / readers);
        return new ReplayRun(broker(magnetar), replay(stream, readers, each, 0)).run(new Probe(magnetar.process()));
    }

    private Replay replay(String stream, int readers, long messages, long perSecond) {
        return new Replay(
                "$stream/" + stream + "@earliest",
                readers,
                0,
                messages,
                perSecond,
                Duration.ofSeconds(3),
                Duration.ofSeconds(120),
                plan.threads());
    }

    private static Broker broker(MagnetarStandalone magnetar) {
        return new Broker(magnetar.mqtt(), MqttVersion.V3_1_1);
    }

    private void add(String load, String system, RunReport report) {
        add(Sample.of(load, system, report));
    }

    private void add(Sample sample) {
        samples.add(sample);
        onSample.accept(sample);
    }
}
