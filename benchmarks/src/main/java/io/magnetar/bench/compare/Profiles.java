package io.magnetar.bench.compare;

import io.magnetar.bench.compare.Comparison.Plan;
import io.magnetar.bench.compare.MqttLoad.Kind;
import io.magnetar.bench.load.LiveRun;
import io.magnetar.bench.load.ReplayRun;
import io.magnetar.bench.load.ReplayRun.Replay;
import io.magnetar.bench.load.Workload;
import io.magnetar.bench.load.Workload.Distribution;
import io.magnetar.bench.load.Workload.Shape;
import io.magnetar.bench.report.JavaProcess;
import io.magnetar.bench.report.ProfileText;
import io.magnetar.bench.report.RunReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Where the broker's processor time and its allocation go under each load: a recording of Java's Flight Recorder, and a reading of it.
 * A load runs twice, and the second time is recorded.
 *
 * <p>Thread: one, which blocks until all is recorded.
 */
public final class Profiles {
    private static final String INGEST = "ingest";
    private static final String REPLAY = "replay";
    private static final String STREAM = "profile";
    private static final Shape PUBLISHERS = new Shape("stream-ingest", 200, 0, Distribution.TO_EACH);
    private static final int PARTITIONS = 4;

    private final Path launcher;
    private final Path directory;
    private final Plan plan;
    private final Consumer<Path> onProfile;

    /** A load that can be repeated. */
    @FunctionalInterface
    private interface Load {
        RunReport run() throws IOException, InterruptedException;
    }

    /**
     * @param launcher the script {@code magnetar}
     * @param directory for data, logs, recordings ({@code LOAD.jfr}) and readings ({@code LOAD.md})
     * @param plan its loads are names of {@link #allLoads()}
     * @param onProfile is shown every reading as soon as it is there
     */
    public Profiles(Path launcher, Path directory, Plan plan, Consumer<Path> onProfile) {
        this.launcher = launcher;
        this.directory = directory;
        this.plan = plan;
        this.onProfile = onProfile;
    }

    /** The names of all loads. */
    public static List<String> allLoads() {
        List<String> all = new ArrayList<>(MqttLoad.ids());
        all.addAll(List.of(INGEST, REPLAY));
        return all;
    }

    public void run() throws IOException, InterruptedException {
        try (MagnetarStandalone magnetar = MagnetarStandalone.start(launcher, directory);
                Contestant broker = Contestant.inJava(Comparison.MAGNETAR, magnetar.mqtt(), magnetar.process())) {
            for (MqttLoad load : MqttLoad.values()) {
                record(load.id(), load.title(), broker, () -> live(broker, load.workload(plan)));
            }
            if (plan.loads().contains(INGEST) || plan.loads().contains(REPLAY)) {
                magnetar.createStream(STREAM, STREAM + "/#", PARTITIONS);
                Workload ingest = plan.workload(PUBLISHERS, STREAM + "/%d/readings", Kind.of(1));
                record(INGEST, Comparison.INGEST, broker, () -> live(broker, ingest));
                // Where ingest was not asked for, the stream is still to have something.
                live(broker, ingest);
                record(REPLAY, Comparison.REPLAY, broker, () -> replay(broker));
            }
        }
    }

    private static RunReport live(Contestant broker, Workload workload) throws InterruptedException {
        return new LiveRun(broker.broker(), workload).run(broker.probe());
    }

    private RunReport replay(Contestant broker) throws InterruptedException {
        Replay replay = new Replay(
                "$stream/" + STREAM + "@earliest",
                1,
                0,
                Long.MAX_VALUE,
                0,
                Duration.ofSeconds(3),
                Duration.ofSeconds(120),
                plan.threads());
        return new ReplayRun(broker.broker(), replay).run(broker.probe());
    }

    private void record(String id, String title, Contestant broker, Load load)
            throws IOException, InterruptedException {
        if (!plan.loads().contains(id)) {
            return;
        }
        load.run();
        JavaProcess process = new JavaProcess(broker.process());
        Path recording = directory.resolve(id + ".jfr");
        process.startRecording();
        RunReport report;
        try {
            report = load.run();
        } finally {
            process.stopRecording(recording);
        }
        Path reading = directory.resolve(id + ".md");
        Files.writeString(reading, heading(title, report) + ProfileText.of(recording));
        onProfile.accept(reading);
    }

    private static String heading(String title, RunReport report) {
        return String.format(
                Locale.ROOT,
                "# %s%n%n%,.0f messages a second, %.2f us of CPU and %,.0f bytes of heap a message while recorded. ",
                title,
                report.rate(),
                report.brokerMicrosPerMessage(),
                report.usage().brokerAllocatedPerMessage(report.messages()));
    }
}
