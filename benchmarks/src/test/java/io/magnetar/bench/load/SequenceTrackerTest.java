package io.magnetar.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class SequenceTrackerTest {
    private final SequenceTracker tracker = new SequenceTracker();

    @Test
    void countsNothingWrongWhenAllArriveInOrder() {
        receive(0, 1, 2, 3);

        assertThat(tracker.accounting(4)).isEqualTo(new Accounting(4, 0, 0, 0));
    }

    @Test
    void countsAGapAsLost() {
        receive(0, 1, 5, 6);

        assertThat(tracker.accounting(7)).isEqualTo(new Accounting(4, 3, 0, 0));
    }

    @Test
    void countsWhatNeverCameAtTheEndAsLost() {
        receive(0, 1);

        assertThat(tracker.accounting(10).lost()).isEqualTo(8);
        assertThat(tracker.accounting().lost()).isZero();
    }

    @Test
    void countsALateFirstArrivalAsOutOfOrderAndNotAsLost() {
        receive(0, 2, 1, 3);

        assertThat(tracker.accounting(4)).isEqualTo(new Accounting(4, 0, 0, 1));
    }

    @Test
    void countsASecondArrivalAsRepeatedAndNotAsOutOfOrder() {
        receive(0, 1, 1, 0, 2);

        assertThat(tracker.accounting(3)).isEqualTo(new Accounting(5, 0, 2, 0));
    }

    @Test
    void repeatsOfALateMessageAreRepeats() {
        receive(0, 3, 1, 1);

        assertThat(tracker.accounting(4)).isEqualTo(new Accounting(4, 1, 1, 1));
    }

    @Test
    void showsProgressOnlyWhenAsked() {
        receive(0, 1, 7);
        assertThat(tracker.reached()).isZero();

        tracker.publishProgress();

        assertThat(tracker.reached()).isEqualTo(8);
    }

    @RepeatedTest(50)
    void agreesWithASimpleCountWhateverHappensOnTheWay(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        int sent = 1 + random.nextInt(300);
        List<Integer> onTheWay = new ArrayList<>();
        for (int i = 0; i < sent; i++) {
            for (int copies = random.nextInt(3); copies > 0; copies--) {
                onTheWay.add(i);
            }
        }
        for (int swaps = random.nextInt(20); swaps > 0 && !onTheWay.isEmpty(); swaps--) {
            Collections.swap(onTheWay, random.nextInt(onTheWay.size()), random.nextInt(onTheWay.size()));
        }
        Set<Integer> distinct = new HashSet<>();
        int highest = -1;
        int late = 0;
        for (int sequence : onTheWay) {
            tracker.received(sequence);
            if (distinct.add(sequence) && sequence < highest) {
                late++;
            }
            highest = Math.max(highest, sequence);
        }

        assertThat(tracker.accounting(sent))
                .as("seed %d", repetition.getCurrentRepetition())
                .isEqualTo(new Accounting(
                        onTheWay.size(), sent - distinct.size(), onTheWay.size() - distinct.size(), late));
    }

    private void receive(int... sequences) {
        for (int sequence : sequences) {
            tracker.received(sequence);
        }
    }
}
