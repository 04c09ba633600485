package io.magnetar.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.magnetar.bench.load.Broker;
import io.magnetar.bench.report.JavaProcess;
import io.magnetar.bench.report.LinuxProcess;
import io.magnetar.bench.report.Probe;
import io.magnetar.bench.report.ReportText;
import io.magnetar.bench.report.RunReport;
import io.magnetar.bench.wire.MqttVersion;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which broker to load, and where the report goes. */
final class TargetOptions {
    /** The exit status when messages of QoS 1 or 2 were lost, or messages of QoS 2 repeated. */
    static final int BROKEN_PROMISE = 3;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--host",
            paramLabel = "HOST",
            defaultValue = "127.0.0.1",
            description = "Where the broker listens; only this machine. Default: ${DEFAULT-VALUE}.")
    private String host = "";

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "1883",
            description = "The broker's MQTT port. Default: ${DEFAULT-VALUE}.")
    private int port;

    @Option(
            names = "--mqtt",
            paramLabel = "VERSION",
            defaultValue = "3.1.1",
            description = "Protocol version, 3.1.1 or 5. Default: ${DEFAULT-VALUE}.")
    private String mqtt = "";

    @Option(
            names = "--qos",
            paramLabel = "QOS",
            description = "Quality of service of publishes and subscriptions: 0, 1 or 2. Default: ${DEFAULT-VALUE}.")
    private int qos = 0;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Event loops of the generator. Default: half of the processors, here ${DEFAULT-VALUE}.")
    private int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);

    @Option(
            names = "--broker-pid",
            paramLabel = "PID",
            description = "Also report processor time and memory of this process.")
    private @Nullable Long brokerPid;

    @Option(names = "--json", paramLabel = "FILE", description = "Also write the report as JSON.")
    private @Nullable Path json;

    Broker broker() {
        Ranges.check(spec, "--port", port, 1, 65_535);
        return new Broker(loopback(), version());
    }

    int qos(int otherwise) {
        int chosen = spec.commandLine().getParseResult().hasMatchedOption("--qos") ? qos : otherwise;
        Ranges.check(spec, "--qos", chosen, 0, 2);
        return chosen;
    }

    int threads() {
        Ranges.check(spec, "--threads", threads, 1, 64);
        return threads;
    }

    Probe probe() {
        return new Probe(brokerPid == null ? null : existing(brokerPid));
    }

    /** The broker's process, which must be a Java process. */
    JavaProcess javaBroker() {
        if (brokerPid == null) {
            throw new ParameterException(
                    spec.commandLine(), "--broker-pid is needed: the broker's memory is measured.");
        }
        return new JavaProcess(existing(brokerPid));
    }

    private LinuxProcess existing(long pid) {
        LinuxProcess process = new LinuxProcess(pid);
        if (!process.exists()) {
            throw new ParameterException(spec.commandLine(), "--broker-pid: there is no process " + pid + ".");
        }
        return process;
    }

    /** Prints and writes the report. @return the exit status */
    int publish(RunReport report) throws IOException {
        spec.commandLine().getOut().println(ReportText.of(report));
        if (json != null) {
            new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(json.toFile(), report);
        }
        return report.promisesKept() ? 0 : BROKEN_PROMISE;
    }

    private InetSocketAddress loopback() {
        try {
            InetAddress address = InetAddress.getByName(host);
            if (!address.isLoopbackAddress()) {
                throw new ParameterException(
                        spec.commandLine(), "--host: only a loopback address is loaded, and " + host + " is none.");
            }
            return new InetSocketAddress(address, port);
        } catch (UnknownHostException e) {
            throw new ParameterException(spec.commandLine(), "--host: cannot resolve " + host + ".", e);
        }
    }

    private MqttVersion version() {
        return switch (mqtt) {
            case "3.1.1", "4" -> MqttVersion.V3_1_1;
            case "5", "5.0" -> MqttVersion.V5;
            default -> throw new ParameterException(spec.commandLine(), "--mqtt: 3.1.1 or 5, not " + mqtt + ".");
        };
    }
}
