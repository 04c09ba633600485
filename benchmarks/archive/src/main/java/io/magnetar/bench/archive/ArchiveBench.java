package io.magnetar.bench.archive;

import com.sun.management.OperatingSystemMXBean;
import io.magnetar.sink.archive.ArchiveSink;
import io.magnetar.sink.start.TestContext;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.pulsar.client.api.SubscriptionType;
import org.apache.pulsar.common.functions.FunctionConfig.ProcessingGuarantees;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./magnetar bench archive}. Thread: main. */
@Command(
        name = "archive",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Writes rows through the archive, from Pulsar's records to files in a directory that were read again, and the same",
            "rows with parquet-avro alone, in turns. Rates are by processor time of the whole process."
        })
public final class ArchiveBench implements Callable<Integer> {
    private static final long ROW_GROUP = 8L << 20;
    private static final double MB = 1 << 20;
    private static final double NANOS = 1e9;
    /** How many rows pass between two looks at the size of the file. */
    private static final int LOOK_EVERY = 500_000;

    @Option(names = "--rows", defaultValue = "2000000", description = "rows of each round (${DEFAULT-VALUE})")
    private int rows;

    @Option(
            names = "--rounds",
            defaultValue = "3",
            description = "rounds of each (${DEFAULT-VALUE}); one more before them warms up")
    private int rounds;

    @Option(
            names = "--formats",
            split = ",",
            defaultValue = "parquet,jsonl,csv",
            description = "of the archive (${DEFAULT-VALUE})")
    private List<String> formats = new ArrayList<>();

    @Option(
            names = "--large-file",
            defaultValue = "1073741824",
            description = "bytes of one more file of Parquet, whose heap is measured; 0 for none (${DEFAULT-VALUE})")
    private long largeFile;

    @Option(
            names = "--directory",
            defaultValue = "/tmp",
            description = "where files are for a while (${DEFAULT-VALUE})")
    private Path parent = Path.of("/tmp");

    private final Readings readings = new Readings();

    /**
     * How one round went.
     *
     * @param cpuNanos of the process
     * @param bytes of the files
     */
    private record Round(String name, long cpuNanos, long nanos, long bytes) {}

    /** Something that writes a number of rows below a directory. */
    @FunctionalInterface
    private interface Writing {
        void run(Path directory) throws Exception;
    }

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new ArchiveBench()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        List<Round> all = new ArrayList<>();
        for (int round = 0; round <= rounds; round++) {
            List<Round> these = new ArrayList<>();
            these.add(measure("parquet-avro", this::plain));
            for (String format : formats) {
                these.add(measure("archive, " + format, directory -> archive(directory, format)));
            }
            if (round > 0) {
                all.addAll(these);
            }
        }
        print(all);
        if (largeFile > 0) {
            large();
        }
        return 0;
    }

    private void plain(Path directory) throws Exception {
        try (ParquetAvro plain = new ParquetAvro(readings, directory.resolve("plain.parquet"), ROW_GROUP)) {
            for (long i = 0; i < rows; i++) {
                plain.write(i);
            }
        }
    }

    private void archive(Path directory, String format) throws Exception {
        ArchiveSink sink = open(directory, format);
        for (long i = 0; i < rows; i++) {
            sink.write(readings.record(i));
        }
        sink.close();
    }

    private static ArchiveSink open(Path directory, String format) throws Exception {
        Map<String, Object> settings = new HashMap<>(Map.of(
                "destination", "directory", "directory", directory.toString(), "interval", "1d", "format", format));
        settings.put("layout", "all");
        settings.put("maxRecords", 1_000_000_000);
        settings.put("maxBytes", "1024GB");
        ArchiveSink sink = new ArchiveSink();
        sink.open(
                settings,
                new TestContext(SubscriptionType.Failover, ProcessingGuarantees.EFFECTIVELY_ONCE, Map.of()).context());
        return sink;
    }

    private Round measure(String name, Writing writing) throws Exception {
        Path directory = Files.createTempDirectory(parent, "magnetar-archive-bench");
        try {
            OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
            System.gc();
            long cpu = system.getProcessCpuTime();
            long began = System.nanoTime();
            writing.run(directory);
            return new Round(name, system.getProcessCpuTime() - cpu, System.nanoTime() - began, size(directory));
        } finally {
            delete(directory);
        }
    }

    private void print(List<Round> all) {
        say(
                "| what | rows a second of processor time | MB of payload a second of processor time | bytes a row in the file | seconds, best |");
        say("|---|---|---|---|---|");
        double payload = payloadBytes();
        all.stream().map(Round::name).distinct().forEach(name -> {
            List<Round> its = all.stream()
                    .filter(round -> round.name().equals(name))
                    .sorted(Comparator.comparingLong(Round::cpuNanos))
                    .toList();
            Round median = its.get(its.size() / 2);
            double rate = rows / (median.cpuNanos() / NANOS);
            say(String.format(
                    Locale.ROOT,
                    "| %s | %,.0f | %.1f | %.1f | %.1f |",
                    name,
                    rate,
                    rate * payload / MB,
                    median.bytes() / (double) rows,
                    its.stream().mapToLong(Round::nanos).min().orElse(0) / NANOS));
        });
    }

    private double payloadBytes() {
        long sum = 0;
        for (int i = 0; i < Readings.POOL; i++) {
            sum += readings.record(i).getValue().length;
        }
        return sum / (double) Readings.POOL;
    }

    /** Heap in use after collections, at its most while the file grows, above what is in use before. */
    private void large() throws Exception {
        Path directory = Files.createTempDirectory(parent, "magnetar-archive-bench");
        try {
            long before = heap();
            long most = 0;
            ArchiveSink sink = open(directory, "parquet");
            long row = 0;
            while (size(directory) < largeFile) {
                for (int i = 0; i < LOOK_EVERY; i++) {
                    sink.write(readings.record(row++));
                }
                most = Math.max(most, heap() - before);
            }
            sink.close();
            say(String.format(
                    Locale.ROOT,
                    "A file of %,.0f MB, %,d rows: at most %.1f MB of heap",
                    size(directory) / MB,
                    row,
                    most / MB));
        } finally {
            delete(directory);
        }
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static long size(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @SuppressWarnings("SystemOut") // a command's answer
    private static void say(String line) {
        System.out.println(line);
    }
}
