package io.magnetar.bench.compare;

import io.magnetar.bench.load.Broker;
import io.magnetar.bench.load.BrokerRefused;
import io.magnetar.bench.load.LiveRun;
import io.magnetar.bench.load.ReplayRun;
import io.magnetar.bench.load.ReplayRun.Replay;
import io.magnetar.bench.load.Workload;
import io.magnetar.bench.load.Workload.Distribution;
import io.magnetar.bench.load.Workload.MessageKind;
import io.magnetar.bench.load.Workload.Pace;
import io.magnetar.bench.load.Workload.Shape;
import io.magnetar.bench.report.LinuxProcess;
import io.magnetar.bench.report.Probe;
import io.magnetar.bench.report.RunReport;
import io.magnetar.bench.wire.MqttVersion;
import java.io.IOException;
import java.net.InetSocketAddress;
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
            Set<String> loads, int rounds, Duration warmup, Duration duration, int payloadBytes, int threads) {}

    /** An MQTT broker that runs. */
    private record Contestant(String name, Broker broker, LinuxProcess process) {
        static Contestant of(String name, InetSocketAddress address, LinuxProcess process) {
            return new Contestant(name, new Broker(address, MqttVersion.V3_1_1), process);
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
        all.add(STREAMS);
        return all;
    }

    /** Runs all rounds. @return all samples, round by round */
    public List<Sample> run() throws IOException, InterruptedException {
        Path directory = programs.directory();
        try (Mosquitto mosquitto = Mosquitto.start(directory);
                HiveMq hiveMq = HiveMq.start(programs.hiveMq(), directory);
                MagnetarStandalone magnetar = MagnetarStandalone.start(programs.launcher(), directory)) {
            List<Contestant> contestants = new ArrayList<>(List.of(
                    Contestant.of(MAGNETAR, magnetar.mqtt(), magnetar.process()),
                    Contestant.of(MOSQUITTO, mosquitto.address(), new LinuxProcess(mosquitto.pid())),
                    Contestant.of(HIVEMQ, hiveMq.address(), new LinuxProcess(hiveMq.pid()))));
            for (int round = 0; round <= plan.rounds(); round++) {
                Collections.rotate(contestants, 1);
                compareMqtt(contestants);
                compareStreams(round, magnetar);
                if (round == 0) {
                    samples.clear();
                }
            }
        }
        return List.copyOf(samples);
    }

    private void compareMqtt(List<Contestant> contestants) throws InterruptedException {
        for (MqttLoad load : MqttLoad.values()) {
            if (plan.loads().contains(load.id())) {
                Workload workload = workload(load.shape(), "bench/%r/%d", load.qos(), load.durable());
                for (Contestant contestant : contestants) {
                    add(sample(load, contestant, workload));
                }
            }
        }
    }

    /** A peer that does not bear a load does not end the comparison. */
    private static Sample sample(MqttLoad load, Contestant contestant, Workload workload) throws InterruptedException {
        try {
            return Sample.of(load.title(), contestant.name(), load(contestant, workload));
        } catch (BrokerRefused e) {
            return new Sample(load.title(), contestant.name(), 0, null, null, "broke off: " + e.getMessage());
        }
    }

    private void compareStreams(int round, MagnetarStandalone magnetar) throws IOException, InterruptedException {
        if (!plan.loads().contains(STREAMS)) {
            return;
        }
        if (round % 2 == 1) {
            streams(round, magnetar);
            perf(round, magnetar);
        } else {
            perf(round, magnetar);
            streams(round, magnetar);
        }
    }

    private void streams(int round, MagnetarStandalone magnetar) throws IOException, InterruptedException {
        String stream = "bench-" + round;
        magnetar.createStream(stream, stream + "/+/readings", PARTITIONS);
        Contestant ours = Contestant.of(MAGNETAR, magnetar.mqtt(), magnetar.process());
        Shape shape = new Shape("stream-ingest", INGEST_PUBLISHERS, 0, Distribution.TO_EACH);
        Workload ingest = workload(shape, stream + "/%d/readings", 1, false);
        add(Sample.of(INGEST, MAGNETAR, load(ours, ingest)));

        Replay replay = new Replay(
                "$s/earliest/" + stream + "/+/readings",
                1,
                0,
                Long.MAX_VALUE,
                0,
                Duration.ofSeconds(3),
                Duration.ofSeconds(120),
                plan.threads());
        RunReport report = new ReplayRun(ours.broker(), replay).run(new Probe(ours.process()));
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
        add(new Sample(INGEST, PULSAR_PERF, produced.perSecond(), produced.brokerMicros(), null, ""));
        // What was still unconfirmed when the producer stopped may be missing: a tenth is left unread.
        PulsarPerf.Result consumed = perf.consume(topic, PERF_SUBSCRIPTION, produced.messages() * 9 / 10);
        add(new Sample(REPLAY, PULSAR_PERF, consumed.perSecond(), consumed.brokerMicros(), null, ""));
        magnetar.admin().deletePartitioned(topic);
    }

    private Workload workload(Shape shape, String topics, int qos, boolean durable) {
        return new Workload(
                shape,
                topics,
                new MessageKind(qos, plan.payloadBytes(), durable),
                new Pace(0, 200, 500),
                plan.warmup(),
                plan.duration(),
                plan.threads());
    }

    private static RunReport load(Contestant contestant, Workload workload) throws InterruptedException {
        return new LiveRun(contestant.broker(), workload).run(new Probe(contestant.process()));
    }

    private void add(Sample sample) {
        samples.add(sample);
        onSample.accept(sample);
    }
}
