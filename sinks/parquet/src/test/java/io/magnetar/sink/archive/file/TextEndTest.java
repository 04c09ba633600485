package io.magnetar.sink.archive.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import io.magnetar.sink.archive.store.LocalStore;
import io.magnetar.sink.delivery.Backoff;
import io.magnetar.sink.delivery.PermanentFailure;
import io.magnetar.sink.delivery.Retry;
import io.magnetar.sink.message.Position;
import io.magnetar.sink.start.SinkMetrics;
import io.magnetar.sink.start.TestContext;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.pulsar.client.api.SubscriptionType;
import org.apache.pulsar.common.functions.FunctionConfig.ProcessingGuarantees;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TextEndTest {
    private static final byte[] ROWS = "{\"n\":1}\n{\"n\":2}\n".getBytes(UTF_8);

    @TempDir
    private Path directory;

    private LocalStore store() {
        return new LocalStore(
                directory,
                new Retry(
                        Backoff.usual(),
                        new SinkMetrics(new TestContext(
                                        SubscriptionType.Failover, ProcessingGuarantees.EFFECTIVELY_ONCE, Map.of())
                                .context())));
    }

    private static byte[] file(Codec codec, PositionRuns positions) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream rows =
                codec == Codec.ZSTD ? new ZstdOutputStreamNoFinalizer(bytes) : new GZIPOutputStream(bytes)) {
            rows.write(ROWS);
        }
        TextEnd.write(bytes, codec, TextEnd.of(2, positions));
        return bytes.toByteArray();
    }

    /** A run for each of so many positions, so that their text is longer than what is read at first and than a member holds. */
    private static PositionRuns runs(int count) {
        PositionRuns runs = new PositionRuns();
        for (int i = 0; i < count; i++) {
            runs.add(new Position(123_456, 2L * i, 0), false);
        }
        return runs;
    }

    @ParameterizedTest
    @EnumSource(names = {"ZSTD", "GZIP"})
    void isReadAgainAndNoDataForOthers(Codec codec) throws Exception {
        for (int count : new int[] {1, 65_536}) {
            byte[] whole = file(codec, runs(count));
            Files.write(directory.resolve("file"), whole);

            StoredFile stored = TextEnd.read(store(), "file", codec);
            assertThat(stored.bytes()).isEqualTo(whole.length);
            assertThat(stored.rows()).isEqualTo(2);
            assertThat(stored.positions().toString()).isEqualTo(runs(count).toString());
            try (InputStream file = Files.newInputStream(directory.resolve("file"));
                    InputStream rows =
                            codec == Codec.ZSTD ? new ZstdInputStreamNoFinalizer(file) : new GZIPInputStream(file)) {
                assertThat(rows.readAllBytes()).isEqualTo(ROWS);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ZSTD", "GZIP", "NONE"})
    void isMissedInWhateverIsNotWhole(Codec codec) throws Exception {
        byte[] whole = codec == Codec.NONE
                ? "{\"n\":1}\n{\"n\":2,\"magnetar.positions\":\"2 1:0:0-1:0:1\"}\n".getBytes(UTF_8)
                : file(codec, runs(100));
        Files.write(directory.resolve("file"), whole);
        assertThat(TextEnd.read(store(), "file", codec).rows()).isEqualTo(2);

        for (int length = 0; length < whole.length; length++) {
            Files.write(directory.resolve("file"), Arrays.copyOf(whole, length));
            assertThat(catchThrowable(() -> TextEnd.read(store(), "file", codec)))
                    .as("the first %d bytes of %d", length, whole.length)
                    .isInstanceOf(PermanentFailure.class);
        }
    }
}
