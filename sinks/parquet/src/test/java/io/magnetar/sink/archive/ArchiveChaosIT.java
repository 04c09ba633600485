package io.magnetar.sink.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.sink.archive.store.S3Clients;
import io.magnetar.sink.distribution.FunctionsStandalone;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * A stream on its way into a bucket while the sink's process is killed and the server of the bucket stops and starts, again and
 * again. {@code magnetar.chaos.messages}, {@code .kills} and {@code .stops} make it long.
 */
class ArchiveChaosIT {
    private static final int MESSAGES = Integer.getInteger("magnetar.chaos.messages", 100_000);
    private static final int KILLS = Integer.getInteger("magnetar.chaos.kills", 3);
    private static final int STOPS = Integer.getInteger("magnetar.chaos.stops", 1);
    private static final String BUCKET = "archive";

    @TempDir
    private Path directory;

    @Test
    void neitherLosesNorDoublesAMessageWhenProcessesAreKilledAndTheStoreGoes() throws Exception {
        try (S3MockServer server = new S3MockServer(Files.createDirectory(directory.resolve("objects")));
                ArchiveStage stage = new ArchiveStage(directory.resolve("home"), FunctionsStandalone.Mode.PROCESS);
                S3Client client = S3Clients.make(
                        new S3Clients.Access("us-east-1", URI.create(server.endpoint()), true, true),
                        new S3Clients.Login("id", "secret", null),
                        null)) {
            client.createBucket(request -> request.bucket(BUCKET));
            stage.create("archive", settings(server));

            long sum = 0;
            int blows = KILLS + STOPS;
            int part = MESSAGES / (blows + 1);
            for (int blow = 0; blow <= blows; blow++) {
                sum += stage.publish(blow * part, blow == blows ? MESSAGES - blow * part : part);
                if (blow == blows) {
                    break;
                }
                int before = keys(client).size();
                Awaitility.await("files come")
                        .atMost(ArchiveStage.ARCHIVED)
                        .until(() -> keys(client).size() > before);
                if (isStop(blow, blows)) {
                    server.stop();
                    server.start();
                } else {
                    Awaitility.await("an instance to kill")
                            .until(() -> !stage.standalone.instances().isEmpty());
                    stage.standalone.instances().forEach(ProcessHandle::destroyForcibly);
                }
            }
            stage.awaitBacklogGone("archive");

            Path downloads = Files.createDirectory(directory.resolve("downloads"));
            List<String> keys = keys(client);
            for (int i = 0; i < keys.size(); i++) {
                String key = keys.get(i);
                client.getObject(request -> request.bucket(BUCKET).key(key), downloads.resolve(i + ".parquet"));
            }
            try (DuckDb duckDb = new DuckDb()) {
                assertThat(ArchiveStage.account(duckDb, downloads))
                        .isEqualTo(MESSAGES + " | " + MESSAGES + " | " + sum);
            }
        }
    }

    /** The stops lie evenly between the kills. */
    private static boolean isStop(int blow, int blows) {
        return (blow + 1) * STOPS / blows > blow * STOPS / blows;
    }

    private static Map<String, Object> settings(S3MockServer server) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("destination", "s3");
        settings.put("bucket", BUCKET);
        settings.put("endpoint", server.endpoint());
        settings.put("pathStyle", true);
        settings.put("accessKeyId", "id");
        settings.put("secretAccessKey", "secret");
        settings.put("interval", "1s");
        settings.put("maxRecords", 3_000);
        settings.put("payload", "text");
        return settings;
    }

    private static List<String> keys(S3Client client) {
        return client.listObjectsV2Paginator(request -> request.bucket(BUCKET)).contents().stream()
                .map(S3Object::key)
                .toList();
    }
}
