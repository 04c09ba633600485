package io.magnetar.bench;

import io.magnetar.bench.load.LiveRun;
import io.magnetar.bench.load.Workload;
import io.magnetar.bench.load.Workload.MessageKind;
import io.magnetar.bench.load.Workload.Pace;
import io.magnetar.bench.load.Workload.Shape;
import io.magnetar.bench.wire.Stamp;
import java.io.IOException;
import java.time.Duration;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How much of what is published, and for how long. */
final class LoadOptions {
    static final int MAX_CLIENTS = 9_000;

    private static final int MAX_PAYLOAD = 1024 * 1024;
    private static final int MAX_WINDOW = 32_767;
    private static final int MAX_SECONDS = 3_600;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private TargetOptions target = new TargetOptions();

    @Option(
            names = "--payload",
            paramLabel = "BYTES",
            defaultValue = "256",
            description = "Bytes of each payload. Default: ${DEFAULT-VALUE}.")
    private int payload;

    @Option(
            names = "--rate",
            paramLabel = "PER-SECOND",
            defaultValue = "0",
            description = "Messages a second of all publishers together; 0 is as fast as they can. Default: 0.")
    private long rate;

    @Option(
            names = "--window",
            paramLabel = "N",
            defaultValue = "200",
            description = "Unacknowledged messages of a publisher, QoS 1 and 2. Default: ${DEFAULT-VALUE}.")
    private int window;

    @Option(
            names = "--outstanding",
            paramLabel = "N",
            defaultValue = "500",
            description = "Messages of a publisher under way to its subscribers. Default: ${DEFAULT-VALUE}.")
    private int outstanding;

    @Option(
            names = "--warmup",
            paramLabel = "SECONDS",
            defaultValue = "5",
            description = "Sent before, not measured. Default: ${DEFAULT-VALUE}.")
    private int warmup;

    @Option(
            names = "--seconds",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "Measured. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    /** Runs the load and reports it. @return the exit status */
    int run(Shape shape, String topics, int qosOtherwise) throws IOException, InterruptedException {
        return run(shape, topics, qosOtherwise, false);
    }

    /** @param durable whether the subscribers' sessions outlive their connections */
    int run(Shape shape, String topics, int qosOtherwise, boolean durable) throws IOException, InterruptedException {
        Ranges.check(spec, "--payload", payload, Stamp.BYTES, MAX_PAYLOAD);
        Ranges.check(spec, "--rate", rate, 0, 100_000_000);
        Ranges.check(spec, "--window", window, 1, MAX_WINDOW);
        Ranges.check(spec, "--outstanding", outstanding, 1, 1_000_000);
        Ranges.check(spec, "--warmup", warmup, 0, MAX_SECONDS);
        Ranges.check(spec, "--seconds", seconds, 1, MAX_SECONDS);
        Workload workload = new Workload(
                shape,
                topics,
                new MessageKind(target.qos(qosOtherwise), payload, durable),
                new Pace(rate, window, outstanding),
                Duration.ofSeconds(warmup),
                Duration.ofSeconds(seconds),
                target.threads());
        return target.publish(new LiveRun(target.broker(), workload).run(target.probe()));
    }
}
