package io.magnetar.mqtt.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class SharedQuestionTest {
    private final List<CompletableFuture<String>> put = new ArrayList<>();
    private final SharedQuestion<String> question = new SharedQuestion<>(() -> {
        CompletableFuture<String> answer = new CompletableFuture<>();
        put.add(answer);
        return answer;
    });

    @Test
    void allWhoAskWhileOneIsUnderWayShareTheNext() {
        CompletableFuture<String> first = question.ask();
        CompletableFuture<String> second = question.ask();
        CompletableFuture<String> third = question.ask();
        assertThat(put).hasSize(1);

        put.get(0).complete("a");

        assertThat(first).isCompletedWithValue("a");
        assertThat(second).isNotDone();
        assertThat(put).hasSize(2);

        put.get(1).complete("b");

        assertThat(second).isCompletedWithValue("b");
        assertThat(third).isCompletedWithValue("b");
        assertThat(put).hasSize(2);
    }

    @Test
    void aFailureIsOfThoseWhoSharedIt() {
        CompletableFuture<String> first = question.ask();
        CompletableFuture<String> second = question.ask();

        put.get(0).completeExceptionally(new IllegalStateException("down"));
        put.get(1).complete("b");

        assertThat(first).isCompletedExceptionally();
        assertThat(second).isCompletedWithValue("b");
        assertThat(question.ask()).isNotDone();
        assertThat(put).hasSize(3);
    }

    @Test
    void onePartyThatGivesUpTakesNothingFromTheOthers() {
        CompletableFuture<String> first = question.ask();
        CompletableFuture<String> second = question.ask();
        CompletableFuture<String> third = question.ask();
        put.get(0).complete("a");

        second.cancel(false);
        put.get(1).complete("b");

        assertThat(first).isCompletedWithValue("a");
        assertThat(third).isCompletedWithValue("b");
    }
}
