package io.magnetar.sink.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.sink.message.Position;
import io.magnetar.sink.message.TestRecords;
import io.magnetar.sink.start.TestContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.pulsar.client.api.SubscriptionType;
import org.apache.pulsar.common.functions.FunctionConfig.ProcessingGuarantees;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The SQL of the docs, as it stands there. */
class DuckDbSessionTest {
    @TempDir
    private Path archive;

    @Test
    void answersTheQuestionsOfTheDocs() throws Exception {
        ArchiveSink sink = new ArchiveSink();
        sink.open(
                Map.of("destination", "directory", "directory", archive.toString()),
                new TestContext(SubscriptionType.Failover, ProcessingGuarantees.EFFECTIVELY_ONCE, Map.of()).context());
        for (int i = 0; i < 10; i++) {
            sink.write(TestRecords.record(
                    "k",
                    "{\"temp\":" + i + "}",
                    Map.of("mqtt.ts", "170000000" + i + "000000", "mqtt.client-id", "station-" + i % 3),
                    new Position(1, i, 0)));
        }
        sink.close();

        List<List<String>> answers = new ArrayList<>();
        try (DuckDb duckDb = new DuckDb()) {
            for (String sql : queries()) {
                answers.add(duckDb.rows(sql));
            }
        }
        assertThat(answers).hasSize(4);
        assertThat(answers.get(0)).containsExactly("10 | 2023-11-14T22:13:20Z | 2023-11-14T22:13:29Z");
        assertThat(answers.get(1)).hasSize(3).first().asString().isEqualTo("station-0 | 4 | 4.5");
        assertThat(answers.get(2)).isEmpty();
        assertThat(answers.get(3)).hasSize(1).first().asString().endsWith(".parquet | 1:0:0-1:9:0");
    }

    private List<String> queries() throws Exception {
        String docs = Files.readString(Path.of("../../docs/sinks.md"));
        int begin = docs.indexOf("```sql") + "```sql".length();
        String session = docs.substring(begin, docs.indexOf("```", begin))
                .replace("/tmp/magnetar-archive/public", archive + "/fleet")
                .replace("/tmp/magnetar-archive", archive.toString());
        return List.of(session.strip().split(";\\s*"));
    }
}
