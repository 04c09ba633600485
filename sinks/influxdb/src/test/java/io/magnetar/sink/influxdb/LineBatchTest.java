package io.magnetar.sink.influxdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.sink.influxdb.WriteAnswer.Refused;
import io.magnetar.sink.influxdb.WriteAnswer.TooLarge;
import io.magnetar.sink.influxdb.WriteAnswer.Unavailable;
import io.magnetar.sink.influxdb.WriteAnswer.Written;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Against simulated servers that keep what they have written, of all the kinds that there are. */
class LineBatchTest {
    private static final int ROUNDS = 2_000;

    /** How a server tells of bad lines. */
    private enum Kind {
        NAMES_ALL_AND_WRITES_THE_OTHERS,
        NAMES_ONE_AND_WRITES_NONE,
        NAMES_NONE_AND_WRITES_THE_OTHERS,
        NAMES_NONE_AND_WRITES_NONE
    }

    @Test
    void everyLineIsThereOrRefusedWhateverTheServerSays() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < ROUNDS; round++) {
            int count = 1 + random.nextInt(40);
            List<String> lines =
                    IntStream.range(0, count).mapToObj(i -> "line " + i).toList();
            Set<String> bad =
                    lines.stream().filter(line -> random.nextInt(6) == 0).collect(Collectors.toSet());
            Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
            Set<String> written = new HashSet<>();
            LineBatch batch = new LineBatch(lines, 1 + random.nextInt(50));
            while (batch.write(part -> answer(kind, part, bad, written, random)).isPresent()) {
                assertThat(Collections.disjoint(written, bad)).isTrue();
            }
            Set<String> refused =
                    batch.refused().keySet().stream().map(lines::get).collect(Collectors.toSet());
            assertThat(refused).as("seed %d, %s", seed, kind).isEqualTo(bad);
            Set<String> good = new HashSet<>(lines);
            good.removeAll(bad);
            assertThat(written).as("seed %d, %s", seed, kind).isEqualTo(good);
        }
    }

    private static WriteAnswer answer(
            Kind kind, List<String> part, Set<String> bad, Set<String> written, Random random) {
        int luck = random.nextInt(10);
        if (luck == 0) {
            return new Unavailable("away", false, Duration.ZERO);
        } else if (luck == 1 && part.size() > 1) {
            return new TooLarge("too large");
        }
        List<Integer> wrong = IntStream.range(0, part.size())
                .filter(i -> bad.contains(part.get(i)))
                .boxed()
                .toList();
        List<String> good = part.stream().filter(line -> !bad.contains(line)).toList();
        if (wrong.isEmpty()) {
            written.addAll(part);
            return new Written();
        }
        return switch (kind) {
            case NAMES_ALL_AND_WRITES_THE_OTHERS -> {
                written.addAll(good);
                yield new Refused(wrong.stream().collect(Collectors.toMap(i -> i, i -> "bad")), true, "bad");
            }
            case NAMES_ONE_AND_WRITES_NONE -> new Refused(Map.of(wrong.get(0), "bad"), false, "bad");
            case NAMES_NONE_AND_WRITES_THE_OTHERS -> {
                written.addAll(good);
                yield new Refused(Map.of(), false, "bad");
            }
            case NAMES_NONE_AND_WRITES_NONE -> new Refused(Map.of(), false, "bad");
        };
    }

    @Test
    void oneBadLineOfManyCostsFewRequests() throws Exception {
        List<String> lines =
                IntStream.range(0, 4_096).mapToObj(i -> "line " + i).toList();
        List<Integer> requests = new ArrayList<>();

        LineBatch batch = new LineBatch(lines, 5_000);
        batch.write(part -> {
            requests.add(part.size());
            return part.contains("line 1234") ? new Refused(Map.of(), false, "bad") : new Written();
        });

        assertThat(batch.refused()).containsOnlyKeys(1234);
        assertThat(requests).hasSize(25);
    }
}
