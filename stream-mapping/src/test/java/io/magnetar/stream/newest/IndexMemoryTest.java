package io.magnetar.stream.newest;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.stream.newest.IndexMemory.Share;
import io.magnetar.tenancy.Namespace;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class IndexMemoryTest {
    private static final Namespace ONE = new Namespace("one");
    private static final Namespace OTHER = new Namespace("other");

    @Test
    void letsSoManyBuildAtATimeInTheirOrder() {
        IndexMemory memory = new IndexMemory(2_000, 2);
        List<Share> in = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            memory.enter(ONE, 10, in::add);
        }
        assertThat(in).hasSize(2);
        assertThat(memory.waiting()).isEqualTo(2);

        in.get(0).built(5);
        assertThat(in).hasSize(3);
        assertThat(memory.usedBytes()).isEqualTo(25);
        in.get(1).free();
        in.get(1).free();
        assertThat(in).hasSize(4);
        assertThat(memory.usedBytes()).isEqualTo(25);
    }

    @Test
    void whoNeedsMuchWaitsUntilItIsFreeAndIsNotOvertaken() {
        IndexMemory memory = new IndexMemory(2_000, 9);
        List<Share> in = new ArrayList<>();
        memory.enter(ONE, 600, in::add);
        memory.enter(ONE, 600, in::add);
        memory.enter(ONE, 10, in::add);
        assertThat(in).hasSize(1);
        assertThat(in.get(0).holds(1_001)).isFalse();
        assertThat(in.get(0).holds(1_000)).isTrue();
        assertThat(in.get(0).holds(10)).isTrue();
        assertThat(memory.usedBytes()).isEqualTo(1_000);

        in.get(0).built(401);
        assertThat(in).hasSize(1);
        in.get(0).free();
        assertThat(in).hasSize(3);
    }

    @Test
    void oneNamespaceHoldsHalfAndKeepsOutNoOther() {
        IndexMemory memory = new IndexMemory(2_000, 9);
        List<Share> ones = new ArrayList<>();
        List<Share> others = new ArrayList<>();
        memory.enter(ONE, 1_000, ones::add);
        memory.enter(ONE, 1, ones::add);
        assertThat(ones).hasSize(1);
        memory.enter(OTHER, 500, others::add);
        assertThat(others).hasSize(1);
        assertThat(others.get(0).holds(1_001)).isFalse();
        assertThat(others.get(0).holds(1_000)).isTrue();

        others.get(0).free();
        assertThat(ones).hasSize(1);
        ones.get(0).free();
        assertThat(ones).hasSize(2);
    }

    @Test
    void whoWithdrawsIsNotWaitedFor() {
        IndexMemory memory = new IndexMemory(2_000, 9);
        List<Share> in = new ArrayList<>();
        memory.enter(ONE, 600, in::add);
        IndexMemory.Waiting much = memory.enter(ONE, 600, in::add);
        memory.enter(ONE, 10, in::add);
        assertThat(in).hasSize(1);

        much.withdraw();
        much.withdraw();
        assertThat(in).hasSize(2);
        assertThat(memory.waiting()).isZero();
        in.forEach(Share::free);
        assertThat(in).hasSize(2);
        assertThat(memory.usedBytes()).isZero();
    }

    /** Replays of any sizes that give up when there is no more memory and come again: all of them end. */
    @RepeatedTest(20)
    void allAreServed() {
        long seed = new SplittableRandom().nextLong();
        SplittableRandom random = new SplittableRandom(seed);
        IndexMemory memory = new IndexMemory(2_000, 3);
        ArrayDeque<Runnable> work = new ArrayDeque<>();
        List<Share> built = new ArrayList<>();
        int replays = 200;
        for (int i = 0; i < replays; i++) {
            int size = random.nextInt(1, 1_001);
            work.add(() -> build(memory, size, 1, work, built));
        }
        int done = 0;
        for (int step = 0; step < 1_000_000 && done < replays; step++) {
            Runnable next = work.poll();
            if (next != null) {
                next.run();
            }
            if (!built.isEmpty() && (next == null || random.nextInt(3) == 0)) {
                built.remove(random.nextInt(built.size())).free();
                done++;
            }
            assertThat(memory.usedBytes()).as("seed %d", seed).isBetween(0L, 1_000L);
        }

        assertThat(done).as("seed %d", seed).isEqualTo(replays);
        assertThat(memory.usedBytes()).isZero();
    }

    private static void build(IndexMemory memory, int size, long need, ArrayDeque<Runnable> work, List<Share> built) {
        memory.enter(ONE, need, share -> work.add(() -> grow(memory, share, size, need, work, built)));
    }

    private static void grow(
            IndexMemory memory, Share share, int size, long had, ArrayDeque<Runnable> work, List<Share> built) {
        if (had >= size) {
            share.built(size / 4);
            built.add(share);
            return;
        }
        long wanted = Math.min(size, 2 * had);
        if (share.holds(wanted)) {
            work.add(() -> grow(memory, share, size, wanted, work, built));
        } else {
            share.free();
            build(memory, size, wanted, work, built);
        }
    }
}
