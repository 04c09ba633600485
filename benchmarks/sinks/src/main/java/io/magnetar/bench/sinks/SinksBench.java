package io.magnetar.bench.sinks;

import io.magnetar.sink.influxdb.InfluxdbSink;
import io.magnetar.sink.kafka.KafkaSink;
import io.magnetar.sink.server.KafkaBroker;
import io.magnetar.sink.server.QuestDb;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Sinks beside the plain libraries of their destinations, each with the same server and the same rows. */
@Command(
        name = "magnetar bench sinks",
        sortOptions = false,
        description =
                "Starts a QuestDB and a Kafka broker, writes the same rows with a sink and with the plain client of its"
                        + " destination in turn, and prints the median of the rounds. Rows are JSON of about 85 bytes.")
public final class SinksBench implements Callable<Integer> {
    private static final int LINES_OF_REQUEST = 5_000;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--rows", paramLabel = "N", defaultValue = "1000000", description = "Default: ${DEFAULT-VALUE}.")
    private long rows;

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "3", description = "Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Print this.")
    private boolean unusedHelp;

    public static void main(String[] args) {
        // Kafka's client would be told how to log, and there is nothing to read.
        System.setProperty("slf4j.internal.verbosity", "ERROR");
        System.exit(new CommandLine(new SinksBench()).execute(args));
    }

    /** Opens one way to write, for a table or topic. */
    @FunctionalInterface
    private interface Opening {
        Writing open(String name) throws Exception;
    }

    @Override
    public Integer call() throws Exception {
        check("--rows", rows, 1_000, 100_000_000);
        check("--rounds", rounds, 1, 99);
        PrintWriter out = spec.commandLine().getOut();
        out.println("| | rows/s | MB/s of payload | CPU us/row |");
        out.println("|---|---|---|---|");
        Readings readings = new Readings();
        try (QuestDb server = new QuestDb().start()) {
            for (boolean gzip : new boolean[] {true, false}) {
                String kind = gzip ? ", gzip" : ", plain";
                compare(
                        out,
                        "QuestDB" + kind,
                        readings,
                        plainHttp(readings, server, gzip),
                        name -> new SinkWriting(readings, new InfluxdbSink(), influxdb(server, gzip)));
            }
        }
        try (KafkaBroker broker = new KafkaBroker("").start()) {
            for (String compression : List.of("zstd", "none")) {
                compare(
                        out,
                        "Kafka, " + compression,
                        readings,
                        name -> new PlainProducer(readings, broker.servers(), topic(broker, name), compression),
                        name -> new SinkWriting(
                                readings, new KafkaSink(), kafka(broker, topic(broker, name), compression)));
            }
        }
        return 0;
    }

    private void check(String option, long value, long least, long most) {
        if (value < least || value > most) {
            throw new ParameterException(
                    spec.commandLine(), option + ": from " + least + " to " + most + ", not " + value + ".");
        }
    }

    private void compare(PrintWriter out, String name, Readings readings, Opening plain, Opening sink)
            throws Exception {
        List<Measured> plains = new ArrayList<>();
        List<Measured> sinks = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            plains.add(measured(readings, plain, "plain_" + round));
            sinks.add(measured(readings, sink, "sink_" + round));
        }
        Measured ofPlain = median(plains);
        Measured ofSink = median(sinks);
        out.println(ofPlain.row(name + ": plain client"));
        out.println(ofSink.row(String.format(
                Locale.ROOT, "%s: sink, %.0f %% of it", name, 100 * ofSink.rowsPerSecond() / ofPlain.rowsPerSecond())));
        out.flush();
    }

    private Measured measured(Readings readings, Opening opening, String name) throws Exception {
        try (Writing writing = opening.open(name)) {
            return Measured.of(readings, writing, rows);
        }
    }

    private static Measured median(List<Measured> all) {
        return all.stream()
                .sorted(Comparator.comparingDouble(Measured::rowsPerSecond))
                .toList()
                .get(all.size() / 2);
    }

    private static Opening plainHttp(Readings readings, QuestDb server, boolean gzip) {
        String pair = Base64.getEncoder()
                .encodeToString((QuestDb.USER + ":" + QuestDb.PASSWORD).getBytes(StandardCharsets.UTF_8));
        return name -> new PlainHttp(
                readings,
                URI.create(server.url() + "/api/v2/write?precision=ns"),
                "Basic " + pair,
                LINES_OF_REQUEST,
                gzip);
    }

    private static Map<String, Object> influxdb(QuestDb server, boolean gzip) {
        return Map.of(
                "preset",
                "questdb",
                "url",
                server.url(),
                "username",
                QuestDb.USER,
                "password",
                QuestDb.PASSWORD,
                "measurement",
                "readings",
                "tags",
                Map.of("device", "${clientid}", "room", "${payload.room}"),
                "fields",
                Map.of(
                        "temp",
                        Map.of("value", "${payload.temp}", "type", "float"),
                        "humidity",
                        Map.of("value", "${payload.humidity}", "type", "int")),
                "maxPoints",
                LINES_OF_REQUEST,
                "gzip",
                gzip);
    }

    private static Map<String, Object> kafka(KafkaBroker broker, String topic, String compression) {
        return Map.of("bootstrapServers", broker.servers(), "topic", topic, "compression", compression);
    }

    private static String topic(KafkaBroker broker, String name) throws Exception {
        String topic = name + "-" + System.nanoTime();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.servers()))) {
            admin.createTopics(List.of(new NewTopic(topic, Optional.of(3), Optional.empty())))
                    .all()
                    .get();
        }
        return topic;
    }
}
