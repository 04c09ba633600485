package io.magnetar.mqtt.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.mqtt.connection.ConnectionFuzz;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Fuzzes the broker's connections, guided by coverage, for a minute: in a JVM of its own, whose classes Jazzer instruments. A longer run sets
 * {@code magnetar.fuzz.seconds}, as {@code ./magnetar fuzz} does. What is found is in {@code target/fuzz}.
 */
class FuzzTest {
    private static final Path DIRECTORY = Path.of("target/fuzz").toAbsolutePath();
    private static final int SECONDS = Integer.getInteger("magnetar.fuzz.seconds", 60);

    /**
     * What the fuzzer begins with: steps of what is chosen, a colon, and packets of a client, each its first byte and its body. See
     * {@link ConnectionFuzz}.
     */
    private static final List<String> SEEDS = List.of(
            // MQTT 5: CONNECT with properties, SUBSCRIBE, PUBLISH at each QoS, PUBREL, DISCONNECT
            "e0: 10 0004 4d515454 05 02 003c 0b 21000a 220003 270000ffff 0003 666f6f"
                    + "| 00: 82 0001 00 0003 612f62 01, 30 0003 612f62 00 78",
            "00: 10 0004 4d515454 05 02 003c 00 0002 6162, 82 0001 00 0006 6b6570742f23 02"
                    + "| 08: 34 0006 6b6570742f61 0007 02 0101 6f6b| 00: 62 0007, 50 0001| 00: 70 0001, e0",
            "00: 10 0004 4d515454 05 02 003c 00 0002 6162, 82 0001 00 0001 61 02, 32 0001 61 0001 03 230001 78,"
                    + " 32 0000 0002 03 230001 78, 40 0001, 40 0002, a2 0003 00 0001 61, c0, e0",
            // MQTT 3.1.1 and 3.1
            "00: 10 0004 4d515454 04 02 003c 0002 6162, 82 0001 0001 61 01, 33 0001 61 0001 78, 50 0002 | 00: 70 0002",
            "00: 10 0006 4d5149736470 03 02 003c 0002 6162, 8a 0001 0001 61 01, 3c 0001 61 0001 78, 6a 0001",
            // A will with all its properties, user name and password; the client is gone, and time passes
            "00: 10 0004 4d515454 05 ee 003c 05 1100000005 0002 6162 1f 1800000001 0101 0200000009 030001 74 080001 72"
                    + " 090001 63 260001 6b 0001 76 0001 77 0001 78 0001 75 0001 00| 02: c0| 04:",
            // Authentication: two steps in CONNECT, again afterwards, and then refused
            "00: 10 0004 4d515454 05 02 003c 08 150001 4d 160001 01 0003 666f6f| 00: f0 18 08 150001 4d 160001 02"
                    + "| 00: f0 19 08 150001 4d 160001 01| 00: f0 18 08 150001 4d 160001 82"
                    + "| 00: f0 19 08 150001 4d 160001 83",
            "80: 10 0004 4d515454 05 c2 003c 00 0002 6162 0001 75 0001 80| 04: c0",
            // A client identifier that the broker gives, one that is too long, none in MQTT 3.1.1 without CleanSession
            "00: 10 0004 4d515454 05 02 ffff 00 0000| 01: 10 0004 4d515454 04 02 003c 001a"
                    + " 6161616161616161616161616161616161616161616161616161| 03: 10 0004 4d515454 04 00 003c 0000",
            // A durable session: subscribed, away, published to, back, its messages acknowledged one after the other
            "00: 10 0004 4d515454 05 00 003c 05 1100000064 0002 6162, 82 0001 00 0001 61 02| 00: e0"
                    + "| 01: 10 0004 4d515454 04 02 003c 0002 6364, 32 0001 61 0001 78, 34 0001 61 0002 79| 01: 62 0002"
                    + "| 00: 10 0004 4d515454 05 00 003c 05 1100000064 0002 6162| 00: 40 0001| 00: 50 0002"
                    + "| 02: 10 0004 4d515454 05 00 003c 05 1100000064 0002 6162| 04: 70 0002",
            // The same client identifier twice: the second takes over
            "00: 10 0004 4d515454 04 00 003c 0002 6162, 82 0001 0001 61 01| 11: 10 0004 4d515454 04 00 003c 0002 6162"
                    + "| 01: 32 0001 61 0001 78| 00: c0",
            // A shared subscription of a durable session
            "00: 10 0004 4d515454 04 00 003c 0002 6162, 82 0001 000a 2473686172652f672f61 02| 02: c0"
                    + "| 01: 10 0004 4d515454 04 02 003c 0002 6364, 32 0001 61 0001 78");

    @Test
    @Timeout(value = 25, unit = TimeUnit.HOURS)
    void findsNothing() throws IOException, InterruptedException {
        Path corpus = Files.createDirectories(DIRECTORY.resolve("corpus"));
        for (int i = 0; i < SEEDS.size(); i++) {
            Files.write(corpus.resolve("seed-" + i), input(SEEDS.get(i)));
        }
        Path log = DIRECTORY.resolve("fuzz.log");

        Process fuzzer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-Dlog4j2.configurationFile=classpath:log4j2-fuzz.properties",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "com.code_intelligence.jazzer.Jazzer",
                        "--target_class=" + ConnectionFuzz.class.getName(),
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

    private static byte[] input(String seed) {
        ByteArrayOutputStream input = new ByteArrayOutputStream();
        for (String step : seed.replace(" ", "").split("\\|", -1)) {
            String[] parts = step.split(":", 2);
            ByteArrayOutputStream sent = new ByteArrayOutputStream();
            for (String packet : parts[1].isEmpty() ? new String[0] : parts[1].split(",", -1)) {
                byte[] bytes = HexFormat.of().parseHex(packet);
                sent.write(bytes[0]);
                sent.write(bytes.length - 1);
                sent.write(bytes, 1, bytes.length - 1);
            }
            input.write(HexFormat.fromHexDigits(parts[0]));
            input.write(sent.size());
            input.writeBytes(sent.toByteArray());
        }
        return input.toByteArray();
    }

    static List<String> seeds() {
        return SEEDS;
    }

    /** What the fuzzer has found once, and what it began with. */
    @ParameterizedTest
    @MethodSource("seeds")
    void takesWhatTheFuzzerBeginsWith(String seed) {
        ConnectionFuzz.fuzzerTestOneInput(input(seed));
    }
}
