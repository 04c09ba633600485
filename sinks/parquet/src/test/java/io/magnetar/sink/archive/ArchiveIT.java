package io.magnetar.sink.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.sink.distribution.FunctionsStandalone;
import java.nio.file.Path;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The archive as the real distribution runs it, packed as its NAR. */
class ArchiveIT {
    @TempDir
    private Path directory;

    @Test
    void archivesAStreamInTheBrokersProcessAndTellsWhatIsWrong() throws Exception {
        Path archive = directory.resolve("archive");
        try (ArchiveStage stage = new ArchiveStage(directory.resolve("home"), FunctionsStandalone.Mode.THREAD);
                DuckDb duckDb = new DuckDb()) {
            stage.create("wrong", Map.of("destination", "directory", "intervall", "1h"));
            Awaitility.await()
                    .atMost(ArchiveStage.ARCHIVED)
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(stage.status("wrong").getError())
                            .contains("intervall: there is no such key; interval may be meant")
                            .contains("directory: it is required with destination: directory"));

            long sum = stage.publish(0, 5_000);
            stage.create(
                    "archive",
                    Map.of(
                            "destination",
                            "directory",
                            "directory",
                            archive.toString(),
                            "interval",
                            "2s",
                            "payload",
                            "text"));
            stage.awaitBacklogGone("archive");

            assertThat(ArchiveStage.account(duckDb, archive)).isEqualTo("5000 | 5000 | " + sum);
            assertThat(duckDb.value("select count(distinct key), min(topic), max(ts) from '" + archive
                            + "/fleet/readings/date=2023-11-14/hour=22/*.parquet'"))
                    .isEqualTo("50 | sensors/0/readings | 2023-11-14T22:13:24.999Z");
        }
    }
}
