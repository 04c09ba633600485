package io.magnetar.sink.archive;

import static org.assertj.core.api.Assertions.assertThat;

import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.models.BlobItem;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.magnetar.sink.archive.store.AzureClients;
import io.magnetar.sink.archive.store.S3Clients;
import io.magnetar.sink.message.Position;
import io.magnetar.sink.message.TestRecords;
import io.magnetar.sink.start.TestContext;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.pulsar.client.api.SubscriptionType;
import org.apache.pulsar.common.functions.FunctionConfig.ProcessingGuarantees;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** The examples of {@code pulsar-conf/sinks} write files, each to a server of its kind. */
class ExamplesTest {
    @TempDir
    private Path directory;

    /** Writes two readings with an example, in which the place of the server is another. */
    private static void archive(String name, Map<String, String> place) throws Exception {
        Map<?, ?> example = new ObjectMapper(new YAMLFactory())
                .readValue(Path.of("../../pulsar-conf/sinks", name + ".yaml").toFile(), Map.class);
        assertThat(example.get("archive")).isEqualTo("builtin://magnetar-parquet");
        assertThat(example.get("retainOrdering")).isEqualTo(true);
        ProcessingGuarantees guarantees =
                ProcessingGuarantees.valueOf(String.valueOf(example.get("processingGuarantees")));
        Map<String, Object> settings = new HashMap<>();
        map(example.get("configs")).forEach((key, value) -> settings.put(String.valueOf(key), value));
        Map<String, String> secrets = new HashMap<>();
        map(example.get("secrets")).forEach((key, value) -> secrets.put(String.valueOf(key), String.valueOf(value)));
        place.forEach((key, value) -> {
            if (secrets.containsKey(key)) {
                secrets.put(key, value);
            } else {
                settings.put(key, value);
            }
        });
        ArchiveSink sink = new ArchiveSink();
        sink.open(settings, new TestContext(SubscriptionType.Failover, guarantees, secrets).context());
        for (int i = 0; i < 2; i++) {
            sink.write(TestRecords.record(
                    "s1",
                    "{\"temp\":" + i + ".5}",
                    Map.of("mqtt.topic", "sensors/s1/readings", "mqtt.ts", "1700000000123456"),
                    new Position(12, 34, i)));
        }
        sink.close();
    }

    private static Map<?, ?> map(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? map : Map.of();
    }

    private void assertTwoReadings(String files) throws Exception {
        try (DuckDb duckDb = new DuckDb()) {
            assertThat(duckDb.value("select count(*), count(distinct position) from '" + files + "'"))
                    .isEqualTo("2 | 2");
        }
    }

    @Test
    void inADirectory() throws Exception {
        archive("parquet-directory", Map.of("directory", directory.toString()));
        assertTwoReadings(directory + "/**/*.parquet");
    }

    @Test
    void inS3() throws Exception {
        try (S3MockServer server = new S3MockServer(Files.createDirectory(directory.resolve("s3")));
                S3Client client = S3Clients.make(
                        new S3Clients.Access("us-east-1", URI.create(server.endpoint()), true, true),
                        new S3Clients.Login("id", "secret", null),
                        null)) {
            client.createBucket(request -> request.bucket("archive"));
            archive("parquet-s3", Map.of("endpoint", server.endpoint()));
            String key = client.listObjectsV2(request -> request.bucket("archive")).contents().stream()
                    .map(S3Object::key)
                    .findFirst()
                    .orElseThrow();
            client.getObject(request -> request.bucket("archive").key(key), directory.resolve("s3.parquet"));
        }
        try (DuckDb duckDb = new DuckDb()) {
            assertThat(duckDb.value("select count(*), sum(temp) from '" + directory + "/s3.parquet'"))
                    .isEqualTo("2 | 2.0");
        }
    }

    @Test
    void inAzure() throws Exception {
        try (Azurite server = new Azurite(Files.createDirectory(directory.resolve("azurite")))) {
            BlobContainerClient container = AzureClients.byConnectionString(server.connectionString(), "archive");
            container.create();
            archive("parquet-azure", Map.of("connectionString", server.connectionString()));
            String name = container.listBlobs().stream()
                    .map(BlobItem::getName)
                    .findFirst()
                    .orElseThrow();
            container
                    .getBlobClient(name)
                    .downloadToFile(directory.resolve("azure.parquet").toString());
        }
        assertTwoReadings(directory + "/azure.parquet");
    }
}
