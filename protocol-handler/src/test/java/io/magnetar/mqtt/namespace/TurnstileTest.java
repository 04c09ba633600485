package io.magnetar.mqtt.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class TurnstileTest {
    @Test
    void letsTheNextOneInWhenATaskTakesTooLongAndGoesOnWithThat() {
        Turnstile turnstile = new Turnstile(1, 50);
        CompletableFuture<String> never = new CompletableFuture<>();

        CompletableFuture<String> first = turnstile.pass(() -> never);
        CompletableFuture<String> second = turnstile.pass(() -> CompletableFuture.completedFuture("second"));
        assertThat(second).isNotDone();

        assertThat(second).succeedsWithin(Duration.ofSeconds(10)).isEqualTo("second");
        assertThat(first).isNotDone();
        never.complete("first");
        assertThat(first).isCompletedWithValue("first");
    }

    @Test
    void countsATaskThatEndsLateOnce() {
        Turnstile turnstile = new Turnstile(1, 50);
        CompletableFuture<String> late = new CompletableFuture<>();
        CompletableFuture<String> first = turnstile.pass(() -> late);
        assertThat(turnstile.pass(() -> CompletableFuture.completedFuture("second")))
                .succeedsWithin(Duration.ofSeconds(10));
        late.complete("first");
        assertThat(first).isCompleted();

        CompletableFuture<String> third = turnstile.pass(CompletableFuture::new);
        CompletableFuture<String> fourth = turnstile.pass(() -> CompletableFuture.completedFuture("fourth"));

        assertThat(third).isNotDone();
        assertThat(fourth).isNotDone();
    }
}
