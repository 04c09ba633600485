package io.magnetar.sink.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.sink.delivery.PermanentFailure;
import io.magnetar.sink.message.Position;
import io.magnetar.sink.message.TestRecords;
import io.magnetar.sink.message.TestRecords.TestRecord;
import io.magnetar.sink.start.TestContext;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.pulsar.client.api.SubscriptionType;
import org.apache.pulsar.common.functions.FunctionConfig.ProcessingGuarantees;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.io.TempDir;

/**
 * Instances that die anywhere, that go on though the partition is another's, and acknowledgements that are lost: each message
 * is in the archive once.
 */
class ExactlyOnceTest {
    private static final int MESSAGES = 3_000;
    private static final List<List<String>> TEXTS = List.of(
            List.of("jsonl", "zstd", "jsonl.zst"),
            List.of("csv", "gzip", "csv.gz"),
            List.of("jsonl", "none", "jsonl"),
            List.of("csv", "none", "csv"));

    @TempDir
    private Path archive;

    /** The partition: what is in it, and up to where it is acknowledged. */
    private static final class Partition {
        final List<Position> positions = new ArrayList<>();
        final List<String> directories = new ArrayList<>();
        int acknowledged;

        Partition(Random random) {
            long ledger = 5;
            int entry = 0;
            while (positions.size() < MESSAGES) {
                int batch = 1 + random.nextInt(20);
                for (int i = 0; i < batch && positions.size() < MESSAGES; i++) {
                    positions.add(new Position(ledger, entry, i));
                    directories.add(Integer.toString(random.nextInt(10) < 7 ? 0 : random.nextInt(3)));
                }
                entry++;
                if (random.nextInt(50) == 0) {
                    ledger += 1 + random.nextInt(3);
                    entry = 0;
                }
            }
        }

        TestRecord record(int index) {
            return TestRecords.record(
                    "k", "payload " + index, Map.of("directory", directories.get(index)), positions.get(index));
        }
    }

    /** An instance with the records that it was given. */
    private final class Instance {
        final ArchiveSink sink = new ArchiveSink();
        final List<TestRecord> given = new ArrayList<>();
        final int from;
        boolean failed;

        Instance(int from, int maxRecords, List<String> form) throws Exception {
            this.from = from;
            sink.open(
                    Map.of(
                            "destination",
                            "directory",
                            "directory",
                            archive.toString(),
                            "layout",
                            "d=${property.directory}",
                            "maxRecords",
                            maxRecords,
                            "interval",
                            "1h",
                            "payload",
                            "text",
                            "format",
                            form.get(0),
                            "codec",
                            form.get(1)),
                    new TestContext(SubscriptionType.Failover, ProcessingGuarantees.EFFECTIVELY_ONCE, Map.of())
                            .context());
        }

        int next() {
            return from + given.size();
        }

        void take(Partition partition, int count) throws Exception {
            for (int i = 0; i < count && !failed && next() < MESSAGES; i++) {
                TestRecord record = partition.record(next());
                given.add(record);
                try {
                    sink.write(record);
                } catch (PermanentFailure e) {
                    assertThat(e).hasMessageContaining("another instance has written");
                    failed = true;
                }
            }
            for (int i = 0; i < given.size(); i++) {
                if (given.get(i).acknowledged.get() > 0) {
                    partition.acknowledged = Math.max(partition.acknowledged, from + i + 1);
                }
            }
        }
    }

    @RepeatedTest(16)
    void eachMessageIsInOneFile(RepetitionInfo repetition) throws Exception {
        long seed = repetition.getCurrentRepetition();
        Random random = new Random(seed);
        List<String> form =
                seed % 2 == 0 ? List.of("parquet", "zstd", "parquet") : TEXTS.get((int) (seed / 2 % TEXTS.size()));
        Partition partition = new Partition(random);
        List<Instance> zombies = new ArrayList<>();

        Instance instance = new Instance(0, 1 + random.nextInt(200), form);
        while (partition.acknowledged < MESSAGES) {
            instance.take(partition, 1 + random.nextInt(400));
            if (instance.next() >= MESSAGES && !instance.failed) {
                instance.sink.close();
                instance.take(partition, 0);
            }
            if (!zombies.isEmpty() && random.nextInt(2) == 0) {
                // It has in its queue what it was sent before it lost the partition.
                zombies.remove(random.nextInt(zombies.size())).take(partition, random.nextInt(100));
            }
            if (random.nextInt(3) == 0 && !instance.failed) {
                zombies.add(instance);
            }
            int lost = random.nextInt(4) == 0 ? random.nextInt(200) : 0;
            int from = Math.max(0, partition.acknowledged - lost);
            if (partition.acknowledged < MESSAGES) {
                instance = new Instance(from, 1 + random.nextInt(200), form);
            }
        }

        try (DuckDb duckDb = new DuckDb()) {
            String all = "'" + archive + "/**/*." + form.get(2) + "'";
            String files = switch (form.get(0)) {
                case "csv" -> "read_csv(" + all + ", all_varchar = true)";
                case "jsonl" -> "read_json(" + all + ", columns = {position: 'VARCHAR', payload: 'VARCHAR'})";
                default -> "read_parquet(" + all + ")";
            };
            assertThat(duckDb.value("select count(*), count(distinct position), count(distinct payload) from " + files))
                    .as("seed %d", seed)
                    .isEqualTo(MESSAGES + " | " + MESSAGES + " | " + MESSAGES);
        }
    }
}
