package io.magnetar.stream.append;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.message.Message;
import io.magnetar.message.MessageProperties;
import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.stream.StreamLimits;
import io.magnetar.stream.append.PartitionContents.Held;
import io.magnetar.stream.append.PartitionQuota.Answer;
import io.magnetar.stream.turn.Turns;
import io.magnetar.tenancy.Namespace;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class PartitionQuotaTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final List<CompletableFuture<Held>> looks = new ArrayList<>();
    private final SentBatches sent = new SentBatches();
    private final AppendAccount account = new AppendAccount(new LongAdder(), AppendMeter.NONE, 0);
    private long now;
    private final PartitionQuota quota = new PartitionQuota(
            new StreamLimits(10, StreamLimits.UNLIMITED, true),
            () -> {
                CompletableFuture<Held> look = new CompletableFuture<>();
                looks.add(look);
                return look;
            },
            new Turns(tasks::add, () -> {}),
            this::now);

    private long now() {
        return now;
    }

    private Answer ask(long nowNanos) {
        now = nowNanos;
        return quota.ask(sent);
    }

    private void answer(int look, long messages) {
        answer(look, new Held(messages, 0, true));
    }

    private void answer(int look, Held held) {
        looks.get(look).complete(held);
        runTasks();
    }

    private void runTasks() {
        while (!tasks.isEmpty()) {
            Objects.requireNonNull(tasks.poll()).run();
        }
    }

    private Batch give(int messages) {
        List<PendingAppend> appends = new ArrayList<>();
        for (int i = 0; i < messages; i++) {
            Message message = new Message(
                    "topic",
                    new byte[0],
                    Qos.AT_LEAST_ONCE,
                    false,
                    MessageProperties.NONE,
                    new Publisher(new Namespace("public"), "client", null),
                    0);
            appends.add(new PendingAppend(message, "key", 1, Long.MAX_VALUE, failure -> {}, account));
        }
        Commit commit = new Commit(() -> {});
        commit.sending();
        Batch batch = new Batch(appends, null, 0, commit);
        sent.add(batch);
        quota.given(messages, messages);
        return batch;
    }

    @Test
    void waitsForTheFirstLook() {
        assertThat(ask(0)).isEqualTo(Answer.WAIT);
        assertThat(ask(1)).isEqualTo(Answer.WAIT);
        assertThat(looks).hasSize(1);

        answer(0, 4);

        assertThat(ask(2)).isEqualTo(Answer.COMMIT);
        assertThat(quota.messages()).isEqualTo(6);
    }

    @Test
    void refusesOnlyWhatALookWithNothingUnderWayHasSeenNoRoomFor() {
        assertThat(ask(0)).isEqualTo(Answer.WAIT);
        answer(0, 8);
        Batch batch = give(2);
        assertThat(ask(1)).as("it may fail").isEqualTo(Answer.WAIT);
        assertThat(looks).hasSize(1);
        batch.answer(null);
        assertThat(ask(2)).as("looks again").isEqualTo(Answer.WAIT);
        assertThat(quota.messages()).as("while it looks").isZero();
        answer(1, 10);
        assertThat(ask(3)).isEqualTo(Answer.REFUSE);
        assertThat(ask(SECOND)).isEqualTo(Answer.REFUSE);
        assertThat(looks).hasSize(2);

        assertThat(ask(2 + SECOND)).as("a second later it looks again").isEqualTo(Answer.WAIT);
        answer(2, 9);
        assertThat(ask(3 + SECOND)).isEqualTo(Answer.COMMIT);
    }

    @Test
    void waitsForALookWhenTheLastOneIsOldForOthersMayHaveWritten() {
        assertThat(ask(0)).isEqualTo(Answer.WAIT);
        answer(0, 1);
        assertThat(ask(1)).isEqualTo(Answer.COMMIT);

        assertThat(ask(5 * SECOND)).isEqualTo(Answer.WAIT);
        answer(1, 10);

        assertThat(ask(5 * SECOND + 1)).isEqualTo(Answer.REFUSE);
    }

    @Test
    void refusesThoughALookTakesLongerThanTheTimeBetweenTwo() {
        assertThat(ask(0)).isEqualTo(Answer.WAIT);
        assertThat(ask(3 * SECOND)).isEqualTo(Answer.WAIT);
        answer(0, 10);

        assertThat(ask(3 * SECOND + 1)).isEqualTo(Answer.REFUSE);
        assertThat(looks).hasSize(1);
        assertThat(ask(4 * SECOND)).as("the next look").isEqualTo(Answer.WAIT);
        now = 7 * SECOND;
        answer(1, 10);
        assertThat(ask(7 * SECOND)).isEqualTo(Answer.REFUSE);
    }

    @Test
    void looksRarelyWhereALookIsDear() {
        assertThat(ask(0)).isEqualTo(Answer.WAIT);
        answer(0, new Held(10, 0, false));

        assertThat(ask(4 * SECOND)).isEqualTo(Answer.REFUSE);
        assertThat(looks).hasSize(1);
        assertThat(ask(5 * SECOND)).as("looks").isEqualTo(Answer.WAIT);
        assertThat(looks).hasSize(2);
    }

    @Test
    void looksAgainWhenALookHasFailedAtOnce() {
        Queue<CompletableFuture<Held>> found = new ArrayDeque<>();
        CompletableFuture<Void> again = new CompletableFuture<>();
        PartitionQuota failing = new PartitionQuota(
                new StreamLimits(10, StreamLimits.UNLIMITED, true),
                () -> {
                    if (found.isEmpty()) {
                        throw new IllegalStateException("cannot look");
                    }
                    return Objects.requireNonNull(found.poll());
                },
                new Turns(Runnable::run, () -> again.complete(null)),
                () -> 0);
        assertThat(failing.ask(sent)).isEqualTo(Answer.WAIT);
        again.orTimeout(30, TimeUnit.SECONDS).join();
        found.add(CompletableFuture.completedFuture(new Held(10, 0, true)));

        assertThat(failing.ask(sent)).isEqualTo(Answer.REFUSE);
    }

    @Test
    void countsWhatIsGivenWhileItLooks() {
        assertThat(ask(0)).isEqualTo(Answer.WAIT);
        answer(0, 0);
        Batch before = give(3);
        assertThat(ask(SECOND)).isEqualTo(Answer.COMMIT);
        assertThat(looks).hasSize(2);
        Batch during = give(4);
        before.answer(null);
        during.answer(null);

        answer(1, 3);

        assertThat(quota.messages()).as("3 are counted twice").isZero();
        assertThat(ask(SECOND + 1)).isEqualTo(Answer.WAIT);
        answer(2, 7);
        assertThat(ask(SECOND + 2)).isEqualTo(Answer.COMMIT);
        assertThat(quota.messages()).isEqualTo(3);
    }

    @RepeatedTest(50)
    void neverTakesMoreThanFitsNorRefusesWhatDoes(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        List<Batch> underWay = new ArrayList<>();
        int[] stored = {0};
        int refusals = 0;
        for (long now = 0; refusals < 5; now += random.nextInt(400) * 1_000_000L) {
            Answer answer = ask(now);
            if (answer == Answer.COMMIT && underWay.size() < 2) {
                underWay.add(give((int) Math.min(quota.messages(), 1 + random.nextInt(4))));
            } else if (answer == Answer.REFUSE) {
                assertThat(stored[0])
                        .as("seed %d", repetition.getCurrentRepetition())
                        .isEqualTo(10);
                refusals++;
            }
            if (!underWay.isEmpty() && random.nextBoolean()) {
                Batch settled = underWay.remove(0);
                stored[0] += settled.messages().size();
                settled.answer(null);
            }
            for (CompletableFuture<Held> look : looks) {
                if (random.nextBoolean()) {
                    look.complete(new Held(stored[0], 0, true));
                }
            }
            runTasks();
            assertThat(stored[0])
                    .as("seed %d", repetition.getCurrentRepetition())
                    .isLessThanOrEqualTo(10);
        }
    }
}
