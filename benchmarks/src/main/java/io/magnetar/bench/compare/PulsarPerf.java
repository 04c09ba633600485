package io.magnetar.bench.compare;

import io.magnetar.bench.report.LinuxProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Pulsar's own load generator, against the broker that also speaks MQTT.
 *
 * <p>Thread: the one that runs the comparison.
 */
final class PulsarPerf {
    /** It prints a rate for every ten seconds; the second such time is the one that counts, the first is warm-up. */
    private static final int PRODUCE_SECONDS = 21;

    private static final int CONSUME_SECONDS = 120;
    private static final int EXIT_SECONDS = 60;
    private static final String UNLIMITED = "100000000";
    private static final Pattern INTERVAL = Pattern.compile("Throughput produced: +\\d+ msg --- +([0-9.]+) msg/s");
    private static final Pattern SENT = Pattern.compile("--- (\\d+) records sent ---");
    private static final Pattern RECEIVED = Pattern.compile("--- (\\d+) records received --- ([0-9.]+) msg/s");

    private final Path home;
    private final String serviceUrl;
    private final LinuxProcess broker;
    private final Path directory;

    /**
     * @param home of the broker's Pulsar
     * @param directory for its output
     */
    PulsarPerf(Path home, String serviceUrl, LinuxProcess broker, Path directory) {
        this.home = home;
        this.serviceUrl = serviceUrl;
        this.broker = broker;
        this.directory = directory;
    }

    /**
     * @param perSecond messages a second
     * @param brokerMicros microseconds of the broker's processor time a message
     * @param messages in all
     */
    record Result(double perSecond, double brokerMicros, long messages) {}

    /** Produces as fast as it can, batched, from one producer that writes to all partitions. */
    Result produce(String topic, int payloadBytes) throws IOException, InterruptedException {
        double cpuBefore = broker.cpuSeconds();
        String output = run(
                PRODUCE_SECONDS + EXIT_SECONDS,
                "produce",
                "-r",
                UNLIMITED,
                "-s",
                Integer.toString(payloadBytes),
                "-time",
                Integer.toString(PRODUCE_SECONDS),
                "persistent://" + topic);
        double cpu = broker.cpuSeconds() - cpuBefore;
        long sent = Long.parseLong(last(SENT, output).group(1));
        double perSecond = Double.parseDouble(last(INTERVAL, output).group(1));
        return new Result(perSecond, cpu * 1e6 / sent, sent);
    }

    /** Consumes {@code messages} of what a subscription has kept. */
    Result consume(String topic, String subscription, long messages) throws IOException, InterruptedException {
        double cpuBefore = broker.cpuSeconds();
        String output = run(
                CONSUME_SECONDS + EXIT_SECONDS,
                "consume",
                "-ss",
                subscription,
                "-sp",
                "Earliest",
                "-m",
                Long.toString(messages),
                "-time",
                Integer.toString(CONSUME_SECONDS),
                "persistent://" + topic);
        double cpu = broker.cpuSeconds() - cpuBefore;
        Matcher received = last(RECEIVED, output);
        long count = Long.parseLong(received.group(1));
        return new Result(Double.parseDouble(received.group(2)), cpu * 1e6 / count, count);
    }

    private String run(int limitSeconds, String tool, String... options) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(home.resolve("bin/pulsar-perf").toString(), tool, "-u", serviceUrl));
        command.addAll(Arrays.asList(options));
        // It prints to the console or to its log, as the log4j2.yaml beside it says.
        Path console = directory.resolve("pulsar-perf-" + tool + ".out");
        Path log = directory.resolve("pulsar-perf-" + tool + ".log");
        Files.deleteIfExists(log);
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(console.toFile());
        builder.environment().put("PULSAR_LOG_DIR", directory.toString());
        builder.environment().put("PULSAR_LOG_FILE", log.getFileName().toString());
        Process process = builder.start();
        if (!process.waitFor(limitSeconds, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
            throw new IOException("pulsar-perf " + tool + " did not end; its output is in " + directory);
        }
        return Files.readString(console) + (Files.exists(log) ? Files.readString(log) : "");
    }

    private Matcher last(Pattern pattern, String output) throws IOException {
        Matcher matcher = pattern.matcher(output);
        int at = -1;
        while (matcher.find()) {
            at = matcher.start();
        }
        if (at < 0) {
            throw new IOException(String.format(
                    Locale.ROOT, "pulsar-perf did not print \"%s\"; its output is in %s", pattern, directory));
        }
        matcher.find(at);
        return matcher;
    }
}
