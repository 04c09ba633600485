package io.magnetar.bench.compare;

import io.magnetar.bench.compare.MqttLoad.Kind;
import io.magnetar.bench.load.BacklogRun;
import io.magnetar.bench.load.BrokerRefused;
import io.magnetar.bench.load.ConnectRun;
import io.magnetar.bench.load.LiveRun;
import io.magnetar.bench.load.OwedRun.Owed;
import io.magnetar.bench.load.ReplayRun;
import io.magnetar.bench.load.ReplayRun.Replay;
import io.magnetar.bench.load.Workload;
import io.magnetar.bench.load.Workload.Distribution;
import io.magnetar.bench.load.Workload.MessageKind;
import io.magnetar.bench.load.Workload.Pace;
import io.magnetar.bench.load.Workload.Shape;
import io.magnetar.bench.report.LinuxProcess;
import io.magnetar.bench.report.RunReport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Rounds of the same loads against Magnetar, other MQTT brokers and Pulsar's own tools. Every round runs all of them once, one after
 * the other, and who is first changes from round to round. A first round is not counted: it lets the JVMs compile.
 *
 * <p>Thread: one, which blocks until the comparison is over.
 */
public final class Comparison {
    /** The loads on streams, beside Pulsar's own tools: the name of a load beside those of {@link MqttLoad}. */
    public static final String STREAMS = "streams";

    static final String MAGNETAR = "Magnetar";
    static final String MOSQUITTO = "Mosquitto";
    static final String HIVEMQ = "HiveMQ CE";
    static final String PULSAR_PERF = "pulsar-perf";
    static final String INGEST = "ingest into 4 partitions";
    static final String REPLAY = "replay to one subscriber";
    static final String CONNECTS = "5,000 clients connect";
    static final String BACKLOG = "100 sessions come back to 10,000 messages each";

    private static final String CONNECTS_LOAD = "connects";
    private static final int CONNECTIONS = 5_000;
    private static final String BACKLOG_LOAD = "backlog";
    private static final int SESSIONS = 100;
    private static final int OWED = 10_000;

    private static final int INGEST_PUBLISHERS = 200;
    private static final int PARTITIONS = 4;
    private static final String PERF_SUBSCRIPTION = "replay";

    private final Programs programs;
    private final Plan plan;
    private final Consumer<Sample> onSample;
    private final List<Sample> samples = new ArrayList<>();

    /**
     * What is compared.
     *
     * @param launcher the script {@code magnetar}
     * @param hiveMq the built module {@code benchmarks/hivemq}
     * @param directory for data and logs
     */
    public record Programs(Path launcher, Path hiveMq, Path directory) {}

    /**
     * How it is compared.
     *
     * @param loads names of {@link #allLoads()}
     * @param warmup before each measurement
     * @param duration of each measurement
     * @param threads event loops of the generator
     */
    public record Plan(
            Set<String> loads, int rounds, Duration warmup, Duration duration, int payloadBytes, int threads) {
        private static final int WINDOW = 200;
        private static final int OUTSTANDING = 500;

        Workload workload(Shape shape, String topics, Kind kind) {
            int bytes = kind.payloadBytes() == 0 ? payloadBytes : kind.payloadBytes();
            return new Workload(
                    shape,
                    topics,
                    new MessageKind(kind.qos(), bytes, kind.durable()),
                    new Pace(kind.perSecond(), WINDOW, OUTSTANDING),
                    warmup,
                    duration,
                    threads);
        }
    }

    /** @param onSample is shown every sample as soon as it is there */
    public Comparison(Programs programs, Plan plan, Consumer<Sample> onSample) {
        this.programs = programs;
        this.plan = plan;
        this.onSample = onSample;
    }

    /** The names of all loads. */
    public static List<String> allLoads() {
        List<String> all = new ArrayList<>(MqttLoad.ids());
        all.addAll(List.of(CONNECTS_LOAD, BACKLOG_LOAD, STREAMS));
        return all;
    }

    /** Runs all rounds. @return all samples, round by round */
    public List<Sample> run() throws IOException, InterruptedException {
        Path directory = programs.directory();
        try (Mosquitto mosquitto = Mosquitto.start(directory);
                HiveMq hiveMq = HiveMq.start(programs.hiveMq(), directory);
                MagnetarStandalone magnetar = MagnetarStandalone.start(programs.launcher(), directory);
                Contestant ours = Contestant.inJava(MAGNETAR, magnetar.mqtt(), magnetar.process());
                Contestant theirs = Contestant.inJava(HIVEMQ, hiveMq.address(), new LinuxProcess(hiveMq.pid()))) {
            List<Contestant> contestants = new ArrayList<>(List.of(
                    ours, Contestant.of(MOSQUITTO, mosquitto.address(), new LinuxProcess(mosquitto.pid())), theirs));
            for (int round = 0; round <= plan.rounds(); round++) {
                Collections.rotate(contestants, 1);
                compareMqtt(contestants);
                compareStreams(round, magnetar, ours);
                if (round == 0) {
                    samples.clear();
                }
            }
        }
        return List.copyOf(samples);
    }

    private void compareMqtt(List<Contestant> contestants) throws InterruptedException {
        for (MqttLoad load : MqttLoad.values()) {
            compare(load.id(), load.title(), contestants, contestant -> live(load, contestant));
        }
        compare(CONNECTS_LOAD, CONNECTS, contestants, this::connects);
        compare(BACKLOG_LOAD, BACKLOG, contestants, this::backlog);
    }

    /** How a contestant bears a load. */
    @FunctionalInterface
    private interface Trial {
        Sample of(Contestant contestant) throws InterruptedException;
    }

    /** A peer that does not bear a load does not end the comparison. */
    private void compare(String id, String title, List<Contestant> contestants, Trial trial)
            throws InterruptedException {
        if (!plan.loads().contains(id)) {
            return;
        }
        for (Contestant contestant : contestants) {
            try {
                add(trial.of(contestant));
            } catch (BrokerRefused e) {
                add(new Sample(title, contestant.name(), 0, Costs.UNKNOWN, null, "broke off: " + e.getMessage()));
            }
        }
    }

    private Sample live(MqttLoad load, Contestant contestant) throws InterruptedException {
        return Sample.of(load.title(), contestant.name(), run(contestant, load.workload(plan)));
    }

    private Sample connects(Contestant contestant) {
        ConnectRun.Result result =
                new ConnectRun(contestant.broker(), CONNECTIONS, plan.threads()).run(contestant.probe());
        return new Sample(
                CONNECTS,
                contestant.name(),
                result.perSecond(),
                Costs.of(result.usage(), CONNECTIONS),
                result.connectMicros(),
                "");
    }

    private Sample backlog(Contestant contestant) throws InterruptedException {
        Owed owed = new Owed(OWED, plan.payloadBytes(), 1);
        BacklogRun.Result result =
                new BacklogRun(contestant.broker(), SESSIONS, owed, plan.threads()).run(contestant.probe());
        return new Sample(
                BACKLOG,
                contestant.name(),
                result.perSecond(),
                Costs.of(result.usage(), (double) result.accounting().received()),
                result.firstMicros(),
                result.accounting().lost() == 0 ? "" : result.accounting().lost() + " lost");
    }

    private void compareStreams(int round, MagnetarStandalone magnetar, Contestant ours)
            throws IOException, InterruptedException {
        if (!plan.loads().contains(STREAMS)) {
            return;
        }
        if (round % 2 == 1) {
            streams(round, magnetar, ours);
            perf(round, magnetar);
        } else {
            perf(round, magnetar);
            streams(round, magnetar, ours);
        }
    }

    private void streams(int round, MagnetarStandalone magnetar, Contestant ours)
            throws IOException, InterruptedException {
        String stream = "bench-" + round;
        magnetar.createStream(stream, stream + "/+/readings", PARTITIONS);
        Shape shape = new Shape("stream-ingest", INGEST_PUBLISHERS, 0, Distribution.TO_EACH);
        Workload ingest = plan.workload(shape, stream + "/%d/readings", Kind.of(1));
        add(Sample.of(INGEST, MAGNETAR, run(ours, ingest)));

        Replay replay = new Replay(
                "$s/earliest/" + stream + "/+/readings",
                1,
                0,
                Long.MAX_VALUE,
                0,
                Duration.ofSeconds(3),
                Duration.ofSeconds(120),
                plan.threads());
        RunReport report = new ReplayRun(ours.broker(), replay).run(ours.probe());
        add(Sample.of(REPLAY, MAGNETAR, report));
        magnetar.deleteStream(stream);
    }

    private void perf(int round, MagnetarStandalone magnetar) throws IOException, InterruptedException {
        String topic = "public/default/perf-" + round;
        magnetar.admin().createPartitioned(topic, PARTITIONS, Map.of());
        magnetar.admin().subscribeFromEarliest(topic, PERF_SUBSCRIPTION);
        PulsarPerf perf =
                new PulsarPerf(magnetar.pulsarHome(), magnetar.serviceUrl(), magnetar.process(), programs.directory());
        PulsarPerf.Result produced = perf.produce(topic, plan.payloadBytes());
        add(new Sample(INGEST, PULSAR_PERF, produced.perSecond(), Costs.ofBroker(produced.brokerMicros()), null, ""));
        // What was still unconfirmed when the producer stopped may be missing: a tenth is left unread.
        PulsarPerf.Result consumed = perf.consume(topic, PERF_SUBSCRIPTION, produced.messages() * 9 / 10);
        add(new Sample(REPLAY, PULSAR_PERF, consumed.perSecond(), Costs.ofBroker(consumed.brokerMicros()), null, ""));
        magnetar.admin().deletePartitioned(topic);
    }

    private static RunReport run(Contestant contestant, Workload workload) throws InterruptedException {
        return new LiveRun(contestant.broker(), workload).run(contestant.probe());
    }

    private void add(Sample sample) {
        samples.add(sample);
        onSample.accept(sample);
    }
}
