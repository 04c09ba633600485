package io.magnetar.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.magnetar.bench.wire.MalformedPacket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class UnacknowledgedTest {
    @Test
    void hasRoomAgainWhenAnEighthOfTheWindowIsFree() {
        Unacknowledged ids = new Unacknowledged(16);
        ArrayDeque<Integer> taken = new ArrayDeque<>();
        while (taken.size() < 16) {
            taken.add(ids.take(0));
        }
        assertThat(ids.room()).isZero();

        ids.giveBack(taken.remove());
        assertThat(ids.room()).isZero();

        ids.giveBack(taken.remove());
        assertThat(ids.room()).isEqualTo(2);
    }

    @Test
    void windowOfOneSendsOneAfterTheOther() {
        Unacknowledged ids = new Unacknowledged(1);
        assertThat(ids.room()).isEqualTo(1);

        int id = ids.take(7);

        assertThat(ids.room()).isZero();
        assertThat(ids.giveBack(id)).isEqualTo(7);
        assertThat(ids.room()).isEqualTo(1);
    }

    @Test
    void receiveMaximumOfTheBrokerNarrowsTheWindow() {
        Unacknowledged ids = new Unacknowledged(200);

        ids.limitTo(10);

        assertThat(ids.room()).isEqualTo(10);
    }

    @Test
    void acknowledgementOfAnUnusedIdIsAnError() {
        Unacknowledged ids = new Unacknowledged(4);
        int id = ids.take(0);
        ids.giveBack(id);

        assertThatThrownBy(() -> ids.giveBack(id)).isInstanceOf(MalformedPacket.class);
        assertThatThrownBy(() -> ids.giveBack(0)).isInstanceOf(MalformedPacket.class);
        assertThatThrownBy(() -> ids.giveBack(9)).isInstanceOf(MalformedPacket.class);
    }

    @RepeatedTest(30)
    void neverHandsOutAnIdInUseWhateverTheOrderOfTheAcknowledgements(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        Unacknowledged ids = new Unacknowledged(1 + random.nextInt(40));
        List<Integer> inUse = new ArrayList<>();
        Set<Integer> distinct = new HashSet<>();
        for (int step = 0; step < 2_000; step++) {
            if (random.nextBoolean() && ids.room() > 0) {
                int id = ids.take(step);
                assertThat(distinct.add(id)).as("id %d at step %d", id, step).isTrue();
                inUse.add(id);
            } else if (!inUse.isEmpty()) {
                Integer id = inUse.remove(random.nextInt(inUse.size()));
                ids.giveBack(id);
                distinct.remove(id);
            }
        }
    }
}
