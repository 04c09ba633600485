package io.magnetar.sink.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.magnetar.sink.archive.store.S3Clients;
import io.magnetar.sink.delivery.PermanentFailure;
import io.magnetar.sink.message.TestRecords.TestRecord;
import io.magnetar.sink.start.TestContext;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
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
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** The archive in a server of S3's protocol. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class S3ArchiveTest {
    @TempDir
    private Path downloads;

    private S3MockServer server;
    private S3Client client;

    @BeforeAll
    void start(@TempDir Path objects) throws Exception {
        server = new S3MockServer(objects);
        client = S3Clients.make(
                new S3Clients.Access("us-east-1", URI.create(server.endpoint()), true, true),
                new S3Clients.Login("id", "secret", null),
                null);
    }

    @AfterAll
    void stop() throws Exception {
        client.close();
        server.close();
    }

    private ArchiveSink open(String bucket, Map<String, Object> more) throws Exception {
        Map<String, Object> settings = new HashMap<>(Map.of(
                "destination",
                "s3",
                "bucket",
                bucket,
                "endpoint",
                server.endpoint(),
                "pathStyle",
                true,
                "prefix",
                "/a/b/"));
        settings.putAll(more);
        ArchiveSink sink = new ArchiveSink();
        sink.open(
                settings,
                new TestContext(
                                SubscriptionType.Failover,
                                ProcessingGuarantees.EFFECTIVELY_ONCE,
                                Map.of("accessKeyId", "id", "secretAccessKey", "secret"))
                        .context());
        return sink;
    }

    private List<String> keys(String bucket) {
        return client.listObjectsV2(request -> request.bucket(bucket)).contents().stream()
                .map(S3Object::key)
                .toList();
    }

    @Test
    void writesALargeFileInPartsAndTheSameMessagesNoSecondTime() throws Exception {
        client.createBucket(request -> request.bucket("archive"));
        ArchiveSink first = open("archive", Map.of("maxRecords", 390));
        for (TestRecord each : LargeRecords.make()) {
            first.write(each);
        }
        first.close();
        // Nothing of that was acknowledged, as far as Pulsar knows.
        List<TestRecord> again = LargeRecords.make();
        ArchiveSink second = open("archive", Map.of("maxRecords", 50));
        for (TestRecord each : again) {
            second.write(each);
        }
        second.close();

        assertThat(again.get(LargeRecords.COUNT - 1).acknowledged).hasValue(1);
        List<String> keys = keys("archive");
        assertThat(keys).hasSize(2).allMatch(key -> key.startsWith("a/b/fleet/readings/date=2023-11-14/hour=22/"));
        assertThat(client.headObject(request -> request.bucket("archive").key(keys.get(0)))
                        .eTag())
                .as("that of a multipart upload")
                .endsWith("-2\"");
        assertThat(client.listMultipartUploads(request -> request.bucket("archive"))
                        .uploads())
                .isEmpty();
        for (int i = 0; i < keys.size(); i++) {
            String key = keys.get(i);
            client.getObject(request -> request.bucket("archive").key(key), downloads.resolve(i + ".parquet"));
        }
        try (DuckDb duckDb = new DuckDb()) {
            assertThat(duckDb.value("select count(*), count(distinct position), sum(octet_length(payload)) from '"
                            + downloads + "/*.parquet'"))
                    .isEqualTo(LargeRecords.COUNT + " | " + LargeRecords.COUNT + " | "
                            + LargeRecords.COUNT * LargeRecords.BYTES);
        }
    }

    @Test
    void leavesNothingWhenItOnlyTests() throws Exception {
        client.createBucket(request -> request.bucket("tested"));
        open("tested", Map.of("test", true)).close();

        assertThat(keys("tested")).isEmpty();
        assertThat(client.listMultipartUploads(request -> request.bucket("tested"))
                        .uploads())
                .isEmpty();
    }

    @Test
    void tellsThatThereIsNoSuchBucket() {
        assertThat(catchThrowable(() -> open("missing", Map.of())))
                .hasMessageContaining("S3 answers 404 NoSuchBucket")
                .hasMessageContaining("check bucket, region and endpoint");
    }

    @Test
    void assumesARole() throws Exception {
        client.createBucket(request -> request.bucket("roles"));
        try (StsStub sts = StsStub.granting()) {
            Map<String, Object> role = Map.of(
                    "roleArn",
                    "arn:aws:iam::123456789012:role/archive",
                    "roleExternalId",
                    "plant-7",
                    "stsEndpoint",
                    sts.endpoint());
            open("roles", role).close();

            assertThat(sts.requests).hasSize(1).first().asString().contains("Action=AssumeRole", "ExternalId=plant-7");
        }
    }

    @Test
    void tellsAtTheStartWhyARoleCannotBeAssumed() throws Exception {
        try (StsStub sts =
                StsStub.refusing(403, "AccessDenied", "User id is not authorized to perform sts:AssumeRole")) {
            assertThat(catchThrowable(() -> open(
                            "roles",
                            Map.of(
                                    "roleArn",
                                    "arn:aws:iam::123456789012:role/archive",
                                    "stsEndpoint",
                                    sts.endpoint()))))
                    .isInstanceOf(PermanentFailure.class)
                    .hasMessageContaining("STS answers 403 AccessDenied: User id is not authorized")
                    .hasMessageContaining(
                            "check roleArn and roleExternalId, and that the credentials may assume the role");
        }
    }

    @Test
    void endsInTimeWhenTheStoreHangs() throws Exception {
        client.createBucket(request -> request.bucket("hanging"));
        ArchiveSink sink = open("hanging", Map.of("layout", "${partition}/${position}", "interval", "1h"));
        List<TestRecord> records = LargeRecords.make().subList(0, 3);
        for (TestRecord each : records) {
            sink.write(each);
        }
        server.freeze();
        try {
            long began = System.nanoTime();
            sink.close();
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofMinutes(1));
        } finally {
            server.thaw();
        }
        assertThat(records).allMatch(each -> each.acknowledged.get() == 0);
    }

    @Test
    void refusesSettingsThatDoNotGoTogether() {
        assertThat(catchThrowable(() -> new ArchiveSink()
                        .open(
                                Map.of(
                                        "destination",
                                        "s3",
                                        "directory",
                                        "/x",
                                        "roleExternalId",
                                        "x",
                                        "endpoint",
                                        "localhost"),
                                new TestContext(
                                                SubscriptionType.Failover,
                                                ProcessingGuarantees.EFFECTIVELY_ONCE,
                                                Map.of("secretAccessKey", "geheim"))
                                        .context())))
                .hasMessageContaining("bucket: it is required with destination: s3")
                .hasMessageContaining("directory: it belongs to destination: directory")
                .hasMessageContaining("roleArn: it is required with roleExternalId")
                .hasMessageContaining("secretAccessKey: it goes with accessKeyId, which is missing")
                .hasMessageContaining("endpoint: it must be a URL")
                .message()
                .doesNotContain("geheim");
    }
}
