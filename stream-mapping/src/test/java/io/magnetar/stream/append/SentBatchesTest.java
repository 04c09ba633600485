package io.magnetar.stream.append;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.message.Message;
import io.magnetar.message.MessageProperties;
import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.stream.StreamFailure;
import io.magnetar.tenancy.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SentBatchesTest {
    private static final StreamFailure LATE = new StreamFailure(StreamFailure.Kind.UNAVAILABLE, "late");

    private final SentBatches sent = new SentBatches();
    private final AppendQueue queue = new AppendQueue();
    private final List<String> confirmed = new ArrayList<>();
    private final List<String> failed = new ArrayList<>();
    private final LongAdder pendingBytes = new LongAdder();
    private long nextSequence;

    @Test
    void confirmsWhatTheLogHasAndSendsTheRestAgainInOrder() {
        batch("a", "b").doubt();
        batch("c", "d").doubt();
        batch("e").doubt();

        sent.resolve(3, queue);

        assertThat(confirmed).containsExactlyInAnyOrder("a", "b", "c", "d");
        assertThat(queued()).containsExactly("e");
        assertThat(sent.isEmpty()).isTrue();
    }

    @Test
    void sendsAgainWhatALaterConfirmationMakesUncertain() {
        batch("a").doubt();
        batch("b").answer((StreamFailure) null);

        sent.resolve(1, queue);

        assertThat(confirmed).containsExactly("b");
        assertThat(queued()).containsExactly("a");
    }

    @Test
    void sendsEverythingAgainToALogThatRemembersNothing() {
        batch("a", "b").doubt();
        batch("c").doubt();
        queue.add(append("d", Long.MAX_VALUE));

        sent.resolve(PartitionLog.NO_SEQUENCE, queue);

        assertThat(queued()).containsExactly("a", "b", "c", "d");
    }

    @Test
    void answersLateMessagesOnceAndDoesNotSendThemAgain() {
        Batch batch = batchOf(List.of(append("late", 10), append("in time", 30)));
        batch.doubt();

        sent.answerDue(20, LATE);
        sent.resolve(PartitionLog.NO_SEQUENCE, queue);

        assertThat(failed).containsExactly("late");
        assertThat(queued()).containsExactly("in time");
    }

    @Test
    void forgetsSettledBatchesUpToTheFirstThatIsNot() {
        Batch first = batch("a");
        Batch second = batch("b");
        second.answer((StreamFailure) null);

        sent.forgetSettled();
        assertThat(sent.isEmpty()).isFalse();

        first.answer((StreamFailure) null);
        sent.forgetSettled();
        assertThat(sent.isEmpty()).isTrue();
        assertThat(pendingBytes.sum()).isZero();
    }

    private Batch batch(String... texts) {
        List<PendingAppend> messages = new ArrayList<>();
        for (String text : texts) {
            messages.add(append(text, Long.MAX_VALUE));
        }
        return batchOf(messages);
    }

    private Batch batchOf(List<PendingAppend> messages) {
        Commit commit = new Commit(() -> {});
        commit.sending();
        Batch batch = new Batch(messages, null, nextSequence, commit);
        nextSequence += messages.size();
        sent.add(batch);
        return batch;
    }

    private PendingAppend append(String text, long deadlineNanos) {
        Message message = new Message(
                "topic",
                text.getBytes(UTF_8),
                Qos.AT_LEAST_ONCE,
                false,
                MessageProperties.NONE,
                new Publisher(new Namespace("public"), "client", null),
                0);
        pendingBytes.add(1);
        return new PendingAppend(
                message,
                "key",
                1,
                deadlineNanos,
                failure -> answered(text, failure),
                new AppendAccount(pendingBytes, AppendMeter.NONE, 0));
    }

    private void answered(String text, @Nullable StreamFailure failure) {
        (failure == null ? confirmed : failed).add(text);
    }

    private List<String> queued() {
        List<String> texts = new ArrayList<>();
        for (PendingAppend next = queue.peek(); next != null; next = queue.peek()) {
            queue.removeFirst();
            texts.add(new String(next.message().payload(), UTF_8));
        }
        return texts;
    }
}
