package io.magnetar.sink.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.models.BlobItem;
import com.azure.storage.blob.sas.BlobContainerSasPermission;
import com.azure.storage.blob.sas.BlobServiceSasSignatureValues;
import io.magnetar.sink.archive.store.AzureClients;
import io.magnetar.sink.delivery.PermanentFailure;
import io.magnetar.sink.message.TestRecords.TestRecord;
import io.magnetar.sink.start.TestContext;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.pulsar.client.api.SubscriptionType;
import org.apache.pulsar.common.functions.FunctionConfig.ProcessingGuarantees;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The archive in Azure Blob Storage. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AzureArchiveTest {
    private static final String OTHER_KEY = "b3RoZXI=";

    @TempDir
    private Path downloads;

    private Azurite server;

    @BeforeAll
    void start(@TempDir Path data) throws Exception {
        server = new Azurite(data);
    }

    @AfterAll
    void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    private static ArchiveSink open(String connectionString, String container, Map<String, Object> more)
            throws Exception {
        Map<String, Object> settings = new HashMap<>(Map.of("destination", "azure", "container", container));
        settings.putAll(more);
        ArchiveSink sink = new ArchiveSink();
        sink.open(
                settings,
                new TestContext(
                                SubscriptionType.Failover,
                                ProcessingGuarantees.EFFECTIVELY_ONCE,
                                Map.of("connectionString", connectionString))
                        .context());
        return sink;
    }

    private BlobContainerClient container(String name) {
        BlobContainerClient container = AzureClients.byConnectionString(server.connectionString(), name);
        container.create();
        return container;
    }

    @Test
    void writesALargeFileInBlocksAndTheSameMessagesNoSecondTime() throws Exception {
        BlobContainerClient container = container("archive");
        ArchiveSink first = open(server.connectionString(), "archive", Map.of("maxRecords", 390));
        for (TestRecord each : LargeRecords.make()) {
            first.write(each);
        }
        first.close();
        List<TestRecord> again = LargeRecords.make();
        ArchiveSink second = open(server.connectionString(), "archive", Map.of("maxRecords", 50));
        for (TestRecord each : again) {
            second.write(each);
        }
        second.close();

        assertThat(again.get(LargeRecords.COUNT - 1).acknowledged).hasValue(1);
        List<String> names =
                container.listBlobs().stream().map(BlobItem::getName).toList();
        assertThat(names).hasSize(2).allMatch(name -> name.startsWith("fleet/readings/date=2023-11-14/hour=22/"));
        for (int i = 0; i < names.size(); i++) {
            container
                    .getBlobClient(names.get(i))
                    .downloadToFile(downloads.resolve(i + ".parquet").toString());
        }
        try (DuckDb duckDb = new DuckDb()) {
            assertThat(duckDb.value("select count(*), count(distinct position), sum(octet_length(payload)) from '"
                            + downloads + "/*.parquet'"))
                    .isEqualTo(LargeRecords.COUNT + " | " + LargeRecords.COUNT + " | "
                            + LargeRecords.COUNT * LargeRecords.BYTES);
        }
    }

    @Test
    void tellsThatTheContainerIsMissingOrTheKeyWrong() {
        assertThat(catchThrowable(() -> open(server.connectionString(), "missing", Map.of())))
                .hasMessageContaining("Azure answers 404 ContainerNotFound");
        assertThat(catchThrowable(() -> open(server.connectionString(OTHER_KEY), "missing", Map.of())))
                .hasMessageContaining("Azure answers 403")
                .message()
                .doesNotContain(OTHER_KEY);
    }

    private ArchiveSink openBySignature(BlobContainerClient container, String permissions) throws Exception {
        String signature = container.generateSas(new BlobServiceSasSignatureValues(
                OffsetDateTime.now(ZoneOffset.UTC).plusHours(1), BlobContainerSasPermission.parse(permissions)));
        ArchiveSink sink = new ArchiveSink();
        sink.open(
                Map.of(
                        "destination",
                        "azure",
                        "container",
                        container.getBlobContainerName(),
                        "account",
                        server.account()),
                new TestContext(
                                SubscriptionType.Failover,
                                ProcessingGuarantees.EFFECTIVELY_ONCE,
                                Map.of("sasToken", signature))
                        .context());
        return sink;
    }

    @Test
    void writesWithASharedAccessSignatureAndTellsAtTheStartWhatItMayNot() throws Exception {
        BlobContainerClient container = container("signed");
        ArchiveSink sink = openBySignature(container, "rcwl");
        for (TestRecord each : LargeRecords.make().subList(0, 3)) {
            sink.write(each);
        }
        sink.close();

        assertThat(container.listBlobs()).hasSize(1);
        for (String missing : List.of("cwl", "rl", "rcw")) {
            assertThat(catchThrowable(() -> openBySignature(container, missing)))
                    .as(missing)
                    .isInstanceOf(PermanentFailure.class)
                    .hasMessageContaining("Azure answers 403")
                    .hasMessageContaining("the permissions of the login")
                    .message()
                    .doesNotContain("sig=");
        }
    }

    @Test
    void leavesNothingWhenItOnlyTests() throws Exception {
        BlobContainerClient container = container("tested");
        open(server.connectionString(), "tested", Map.of("test", true)).close();

        assertThat(container.listBlobs()).isEmpty();
    }
}
