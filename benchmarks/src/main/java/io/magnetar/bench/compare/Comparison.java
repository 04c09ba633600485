package io.magnetar.bench.compare;

import io.magnetar.bench.load.Broker;
import io.magnetar.bench.load.LiveRun;
import io.magnetar.bench.load.ReplayRun;
import io.magnetar.bench.load.ReplayRun.Replay;
import io.magnetar.bench.load.Workload;
import io.magnetar.bench.load.Workload.MessageKind;
import io.magnetar.bench.load.Workload.Pace;
import io.magnetar.bench.load.Workload.Shape;
import io.magnetar.bench.report.LinuxProcess;
import io.magnetar.bench.report.Probe;
import io.magnetar.bench.report.RunReport;
import io.magnetar.bench.wire.MqttVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Rounds of the same loads against Magnetar, Mosquitto and Pulsar's own tools. Every round runs all of them once, one after the
 * other, and who is first changes from round to round. A first round is not counted: it lets the JVM of the broker compile.
 *
 * <p>Thread: one, which blocks until the comparison is over.
 */
public final class Comparison {
    static final String MAGNETAR = "Magnetar";
    static final String MOSQUITTO = "Mosquitto";
    static final String PULSAR_PERF = "pulsar-perf";
    static final String INGEST = "ingest into 4 partitions";
    static final String REPLAY = "replay to one subscriber";

    private static final int PAIRS = 10;
    private static final int INGEST_PUBLISHERS = 200;
    private static final int PERF_PARTITIONS = 4;
    private static final String PERF_SUBSCRIPTION = "replay";

    private final Path launcher;
    private final Path directory;
    private final Plan plan;
    private final Consumer<Sample> onSample;
    private final List<Sample> samples = new ArrayList<>();

    /**
     * @param warmup before each measurement
     * @param duration of each measurement
     * @param threads event loops of the generator
     */
    public record Plan(int rounds, Duration warmup, Duration duration, int payloadBytes, int threads) {}

    /**
     * @param launcher the script {@code magnetar}
     * @param directory for data and logs
     * @param onSample is shown every sample as soon as it is there
     */
    public Comparison(Path launcher, Path directory, Plan plan, Consumer<Sample> onSample) {
        this.launcher = launcher;
        this.directory = directory;
        this.plan = plan;
        this.onSample = onSample;
    }

    /** Runs all rounds. @return all samples, round by round */
    public List<Sample> run() throws IOException, InterruptedException {
        try (Mosquitto mosquitto = Mosquitto.start(directory);
                MagnetarStandalone magnetar = MagnetarStandalone.start(launcher, directory)) {
            for (int round = 0; round <= plan.rounds(); round++) {
                boolean magnetarFirst = round % 2 == 1;
                for (int qos = 0; qos <= 1; qos++) {
                    live(qos, magnetar, mosquitto, magnetarFirst);
                }
                if (magnetarFirst) {
                    streams(round, magnetar);
                    perf(round, magnetar);
                } else {
                    perf(round, magnetar);
                    streams(round, magnetar);
                }
                if (round == 0) {
                    samples.clear();
                }
            }
        }
        return List.copyOf(samples);
    }

    static String live(int qos) {
        return "live, 10 pairs, QoS " + qos;
    }

    private void live(int qos, MagnetarStandalone magnetar, Mosquitto mosquitto, boolean magnetarFirst)
            throws IOException, InterruptedException {
        Broker ours = new Broker(magnetar.mqtt(), MqttVersion.V3_1_1);
        Broker theirs = new Broker(mosquitto.address(), MqttVersion.V3_1_1);
        LinuxProcess theirProcess = new LinuxProcess(mosquitto.pid());
        Workload pairs = workload(new Shape("pairs", PAIRS, PAIRS, true), "bench/%r/%d", qos);
        if (!magnetarFirst) {
            add(Sample.of(live(qos), MOSQUITTO, load(theirs, theirProcess, pairs)));
        }
        add(Sample.of(live(qos), MAGNETAR, load(ours, magnetar.process(), pairs)));
        if (magnetarFirst) {
            add(Sample.of(live(qos), MOSQUITTO, load(theirs, theirProcess, pairs)));
        }
    }

    private void streams(int round, MagnetarStandalone magnetar) throws IOException, InterruptedException {
        String stream = "bench-" + round;
        magnetar.createStream(stream);
        Broker broker = new Broker(magnetar.mqtt(), MqttVersion.V3_1_1);
        Shape shape = new Shape("stream-ingest", INGEST_PUBLISHERS, 0, false);
        Workload ingest = workload(shape, stream + "/%d/readings", 1);
        add(Sample.of(INGEST, MAGNETAR, load(broker, magnetar.process(), ingest)));

        Replay replay = new Replay(
                "$s/earliest/" + stream + "/+/readings",
                1,
                0,
                Long.MAX_VALUE,
                Duration.ofSeconds(3),
                Duration.ofSeconds(120),
                plan.threads());
        RunReport report = new ReplayRun(broker, replay).run(new Probe(magnetar.process()));
        add(Sample.of(REPLAY, MAGNETAR, report));
        magnetar.deleteStream(stream);
    }

    private void perf(int round, MagnetarStandalone magnetar) throws IOException, InterruptedException {
        String topic = "public/default/perf-" + round;
        magnetar.admin().createPartitioned(topic, PERF_PARTITIONS, Map.of());
        magnetar.admin().subscribeFromEarliest(topic, PERF_SUBSCRIPTION);
        PulsarPerf perf = new PulsarPerf(magnetar.pulsarHome(), magnetar.serviceUrl(), magnetar.process(), directory);
        PulsarPerf.Result produced = perf.produce(topic, plan.payloadBytes());
        add(new Sample(INGEST, PULSAR_PERF, produced.perSecond(), produced.brokerMicros(), null, ""));
        // What was still unconfirmed when the producer stopped may be missing: a tenth is left unread.
        PulsarPerf.Result consumed = perf.consume(topic, PERF_SUBSCRIPTION, produced.messages() * 9 / 10);
        add(new Sample(REPLAY, PULSAR_PERF, consumed.perSecond(), consumed.brokerMicros(), null, ""));
        magnetar.admin().deletePartitioned(topic);
    }

    private Workload workload(Shape shape, String topics, int qos) {
        return new Workload(
                shape,
                topics,
                new MessageKind(qos, plan.payloadBytes()),
                new Pace(0, 200, 500),
                plan.warmup(),
                plan.duration(),
                plan.threads());
    }

    private static RunReport load(Broker broker, LinuxProcess process, Workload workload) throws InterruptedException {
        return new LiveRun(broker, workload).run(new Probe(process));
    }

    private void add(Sample sample) {
        samples.add(sample);
        onSample.accept(sample);
    }
}
