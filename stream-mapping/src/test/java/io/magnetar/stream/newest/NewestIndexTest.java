package io.magnetar.stream.newest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.magnetar.stream.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class NewestIndexTest {
    private static final int MESSAGES = 20_000;

    private final NewestIndex index = new NewestIndex();

    private void put(String key, Position position) {
        if (index.isFull()) {
            index.grow();
        }
        index.put(key, position);
    }

    private void delete(String key) {
        if (index.isFull()) {
            index.grow();
        }
        index.delete(key);
    }

    private List<Position> positions() {
        NewestPositions newest = index.positions();
        List<Position> all = new ArrayList<>();
        for (int i = 0; i < newest.size(); i++) {
            all.add(newest.get(i));
        }
        return all;
    }

    @RepeatedTest(20)
    void isWhatAPlainMapSays() {
        long seed = new SplittableRandom().nextLong();
        SplittableRandom random = new SplittableRandom(seed);
        int keys = 1 << random.nextInt(1, 15);
        Map<String, Position> newest = new HashMap<>();
        TreeSet<Position> kept = new TreeSet<>();
        Position at = new Position(random.nextLong(1L << 40), 0, -1);
        for (int i = 0; i < MESSAGES; i++) {
            at = next(at, random);
            String key = "key-" + random.nextInt(keys);
            if (random.nextInt(500) == 0) {
                index.keep(at);
                kept.add(at);
            }
            if (random.nextInt(10) == 0) {
                delete(key);
                newest.remove(key);
            } else {
                put(key, at);
                newest.put(key, at);
            }
        }
        TreeSet<Position> expected = new TreeSet<>(newest.values());
        expected.addAll(kept);

        assertThat(positions()).as("seed %d", seed).containsExactlyElementsOf(expected);
    }

    /** A place behind another one: in its batch, in the next entry, or in a later ledger. */
    private static Position next(Position before, SplittableRandom random) {
        return switch (random.nextInt(20)) {
            case 0 -> new Position(before.ledgerId() + random.nextLong(1, 1_000), random.nextInt(3), -1);
            case 1, 2, 3 -> new Position(before.ledgerId(), before.entryId() + random.nextInt(1, 5), -1);
            case 4, 5 -> new Position(before.ledgerId(), before.entryId() + random.nextInt(1, 5), 0);
            default ->
                before.batchIndex() < 0
                        ? new Position(before.ledgerId(), before.entryId() + 1, -1)
                        : new Position(before.ledgerId(), before.entryId(), before.batchIndex() + 1);
        };
    }

    @Test
    void knowsTheLastOnes() {
        for (int i = 0; i < 10; i++) {
            put("key-" + i, new Position(7, i, -1));
        }

        NewestPositions last = index.positions().last(3);

        assertThat(last.size()).isEqualTo(3);
        assertThat(last.bytes()).isEqualTo(24);
        assertThat(last.get(0)).isEqualTo(new Position(7, 7, -1));
        assertThat(last.get(2)).isEqualTo(new Position(7, 9, -1));
        assertThat(index.positions().last(11).size()).isEqualTo(10);
    }

    @Test
    void aDeletedKeyComesBackWithItsNextMessage() {
        put("a", new Position(1, 0, 0));
        delete("a");
        assertThat(positions()).isEmpty();

        put("a", new Position(1, 0, 2));
        assertThat(positions()).containsExactly(new Position(1, 0, 2));
        assertThat(index.size()).isEqualTo(1);
    }

    @Test
    void takesBetween32And64BytesForAKeyInALargeTable() {
        for (int i = 0; i < 300_000; i++) {
            put("device-" + i, new Position(1, i, -1));
            if (i > 1_000) {
                assertThat(index.bytes() / (i + 1)).isBetween(31L, 64L);
            }
        }
        assertThat(index.bytesToGrow()).isEqualTo(3 * index.bytes());
        assertThat(positions()).hasSize(300_000);
    }

    @Test
    void saysWhatDoesNotFit() {
        assertThatThrownBy(() -> index.put("a", new Position(1, 1L << 28, 0)))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("268435455 entries");
        assertThatThrownBy(() -> index.put("a", new Position(1, 1, 1 << 18)))
                .isInstanceOf(UnsupportedOperationException.class);
    }
}
