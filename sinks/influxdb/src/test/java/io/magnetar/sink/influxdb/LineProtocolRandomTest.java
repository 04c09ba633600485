package io.magnetar.sink.influxdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.sink.delivery.BadRecord;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Points of random characters, mostly those that mean something, written, checked and read back by another reader. */
class LineProtocolRandomTest {
    private static final int POINTS = 50_000;
    private static final String CHARACTERS = ",= \\\"#'ab1é中\ud83d\ude00iu\t";

    @ParameterizedTest
    @EnumSource
    void whatIsWrittenIsRead(Backslash backslash) throws BadRecord {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        LineBuilder builder = new LineBuilder(backslash);
        LineCheck check = new LineCheck(backslash, Precision.NS, true);
        int written = 0;
        for (int i = 0; i < POINTS; i++) {
            NaiveLine point = point(random);
            String line;
            try {
                line = write(builder, point);
            } catch (BadRecord refused) {
                assertThat(refused.getMessage())
                        .as("seed %d", seed)
                        .matches("(?s).*(control character|ends with a backslash|begin with '#'|is empty).*");
                continue;
            }
            written++;
            assertThat(NaiveLine.read(line, backslash))
                    .as("seed %d, line %s", seed, line)
                    .isEqualTo(point);
            assertThat(check.lines(line + "\r\n", 0)).as("seed %d", seed).containsExactly(line);
        }
        assertThat(written).as("seed %d", seed).isGreaterThan(POINTS / 10);
    }

    @ParameterizedTest
    @EnumSource
    void whatTheCheckTakesHasAPointPerLine(Backslash backslash) throws BadRecord {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        LineBuilder builder = new LineBuilder(backslash);
        LineCheck check = new LineCheck(backslash, Precision.NS, true);
        int taken = 0;
        for (int i = 0; i < POINTS; i++) {
            StringBuilder broken = new StringBuilder();
            try {
                broken.append(write(builder, point(random)));
            } catch (BadRecord refused) {
                continue;
            }
            int at = random.nextInt(broken.length());
            broken.setCharAt(at, CHARACTERS.charAt(random.nextInt(CHARACTERS.length())));
            List<String> lines;
            try {
                lines = check.lines(broken.toString(), 7);
            } catch (BadRecord refused) {
                assertThat(refused.getMessage())
                        .as("seed %d", seed)
                        .matches("(?s)line \\d+, column \\d+: .*|the payload has no line.*");
                continue;
            }
            taken++;
            for (String line : lines) {
                assertThat(NaiveLine.read(line, backslash).fields())
                        .as("seed %d, line %s", seed, line)
                        .isNotEmpty();
            }
        }
        assertThat(taken).as("seed %d", seed).isGreaterThan(POINTS / 100);
    }

    private static NaiveLine point(Random random) {
        Map<String, String> tags = new LinkedHashMap<>();
        for (int n = random.nextInt(3); n > 0; n--) {
            tags.put("t" + n + text(random, 3), text(random, 4) + "v");
        }
        if (random.nextInt(4) == 0) {
            tags.put("last", text(random, 4) + "\\");
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        for (int n = random.nextInt(3); n >= 0; n--) {
            fields.put("f" + n + text(random, 3) + "f", value(random));
        }
        return new NaiveLine(text(random, 4) + "m", tags, fields, random.nextLong());
    }

    private static Object value(Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> random.nextDouble() * Math.pow(10, random.nextInt(600) - 300);
            case 1 -> BigInteger.valueOf(random.nextLong());
            case 2 -> new BigInteger(64, random).or(BigInteger.ONE.shiftLeft(63));
            case 3 -> random.nextBoolean();
            default -> text(random, 6) + (random.nextInt(3) == 0 ? "\n\\" : "");
        };
    }

    private static String text(Random random, int length) {
        StringBuilder text = new StringBuilder();
        for (int n = random.nextInt(length + 1); n > 0; n--) {
            // Control characters are refused; a few are enough.
            int bound = random.nextInt(20) == 0 ? CHARACTERS.length() : CHARACTERS.length() - 1;
            text.append(CHARACTERS.charAt(random.nextInt(bound)));
        }
        return text.toString();
    }

    private static String write(LineBuilder line, NaiveLine point) throws BadRecord {
        line.measurement(point.measurement());
        for (Map.Entry<String, String> tag : point.tags().entrySet()) {
            line.tag(tag.getKey(), tag.getValue());
        }
        for (Map.Entry<String, Object> field : point.fields().entrySet()) {
            if (field.getValue() instanceof Double d) {
                line.field(field.getKey(), d.doubleValue());
            } else if (field.getValue() instanceof BigInteger n && n.bitLength() < Long.SIZE) {
                line.integer(field.getKey(), new BigDecimal(n));
            } else if (field.getValue() instanceof BigInteger n) {
                line.unsigned(field.getKey(), new BigDecimal(n));
            } else if (field.getValue() instanceof Boolean b) {
                line.field(field.getKey(), b.booleanValue());
            } else {
                line.field(field.getKey(), field.getValue().toString());
            }
        }
        return line.end(point.timestamp());
    }
}
