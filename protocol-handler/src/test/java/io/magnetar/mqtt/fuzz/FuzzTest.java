package io.magnetar.mqtt.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.mqtt.session.SessionFuzz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Fuzzes a session, guided by coverage, for a minute: in a JVM of its own, whose classes Jazzer instruments. A longer run sets
 * {@code magnetar.fuzz.seconds}, as {@code ./magnetar fuzz} does. What is found is in {@code target/fuzz}.
 */
class FuzzTest {
    private static final Path DIRECTORY = Path.of("target/fuzz").toAbsolutePath();
    private static final int SECONDS = Integer.getInteger("magnetar.fuzz.seconds", 60);

    /** What the fuzzer begins with: the first byte of an input chooses the pieces, the rest is what a client sends. */
    private static final List<String> SEEDS = List.of(
            // MQTT 5: CONNECT with properties, SUBSCRIBE, PUBLISH at each QoS, PUBREL, DISCONNECT
            "7f 101b 00044d515454 05 02 003c 0b 21000a 220003 270000ffff 0003 666f6f",
            "7f 100f 00044d515454 05 02 003c 00 0002 6162 8209 0001 02 0b07 0001 23 02 3007 0003 612f62 00 78",
            "05 100f 00044d515454 05 02 003c 00 0002 6162 820c 0001 00 0006 6b6570742f23 02 340f 0006 6b6570742f61"
                    + " 0007 02 0101 6f6b 6202 0007",
            "7f 100f 00044d515454 05 02 003c 00 0002 6162 8207 0001 00 0001 61 02 320a 0001 61 0001 03 230001 78"
                    + " 3209 0000 0002 03 230001 78 4002 0001 4002 0002 a206 0003 00 0001 61 c000 e000",
            // MQTT 3.1.1 and 3.1
            "7f 100e 00044d515454 04 02 003c 0002 6162 8206 0001 0001 61 01 3306 0001 61 0001 78 5002 0001 7002 0001",
            "7f 1010 00064d5149736470 03 02 003c 0002 6162 8a06 0001 0001 61 01 3c06 0001 61 0001 78 6a02 0001");

    @Test
    @Timeout(value = 25, unit = TimeUnit.HOURS)
    void findsNothing() throws IOException, InterruptedException {
        Path corpus = Files.createDirectories(DIRECTORY.resolve("corpus"));
        for (int i = 0; i < SEEDS.size(); i++) {
            Files.write(corpus.resolve("seed-" + i), bytes(SEEDS.get(i)));
        }
        Path log = DIRECTORY.resolve("fuzz.log");

        Process fuzzer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "com.code_intelligence.jazzer.Jazzer",
                        "--target_class=" + SessionFuzz.class.getName(),
                        "--instrumentation_includes=io.magnetar.**",
                        "--custom_hook_includes=io.magnetar.**",
                        "--reproducer_path=" + DIRECTORY,
                        "-artifact_prefix=" + DIRECTORY + "/",
                        "-max_total_time=" + SECONDS,
                        "-max_len=2048",
                        "-timeout=120",
                        "-rss_limit_mb=3000",
                        corpus.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        int exit = fuzzer.waitFor();

        String output = Files.readString(log);
        assertThat(exit)
                .as("what the fuzzer says, in %s:%n%s", log, tail(output))
                .isZero();
        assertThat(output).as("it has run").contains("Done ");
    }

    private static String tail(String text) {
        return text.substring(Math.max(0, text.length() - 4_000));
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    /** What the fuzzer has found once, and what it began with. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void takesWhatTheFuzzerBeginsWith(int seed) {
        SessionFuzz.fuzzerTestOneInput(bytes(SEEDS.get(seed)));
    }
}
