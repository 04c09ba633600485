package io.magnetar.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.message.Message;
import io.magnetar.message.MessageProperties;
import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.stream.StreamAppender.AppendListener;
import io.magnetar.stream.StreamFailure;
import io.magnetar.tenancy.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LogOnDemandTest {
    private final InMemoryCompactedLog real = new InMemoryCompactedLog(Runnable::run);
    private final LogSource source = new LogSource();
    private final List<Runnable> later = new ArrayList<>();
    private final LogOnDemand log = new LogOnDemand(source, "persistent://public/mqtt/retained", later::add);
    private final List<String> followed = new ArrayList<>();
    private final List<String> answers = new ArrayList<>();

    private final class LogSource implements LogOnDemand.Source {
        boolean there;
        int opened;
        CompletableFuture<Void> making = new CompletableFuture<>();

        @Nullable
        Throwable broken;

        @Override
        public CompletableFuture<Boolean> exists() {
            return broken == null ? CompletableFuture.completedFuture(there) : CompletableFuture.failedFuture(broken);
        }

        @Override
        public CompletableFuture<Void> make() {
            return making;
        }

        @Override
        public CompactedLog open() {
            opened++;
            return following;
        }
    }

    /** The real one, which cannot be followed while the source is broken. */
    private final CompactedLog following = new CompactedLog() {
        @Override
        public CompletableFuture<Void> follow(LogFollower follower) {
            return source.broken == null ? real.follow(follower) : CompletableFuture.failedFuture(source.broken);
        }

        @Override
        public void append(String key, Message record, AppendListener listener) {
            real.append(key, record, listener);
        }

        @Override
        public long pendingBytes() {
            return real.pendingBytes();
        }
    };

    private void afterAWhile() {
        List<Runnable> due = List.copyOf(later);
        later.clear();
        due.forEach(Runnable::run);
    }

    private CompletableFuture<Void> follow() {
        return log.follow(record -> followed.add(record.key()));
    }

    private static Message message(String topic) {
        return new Message(
                topic,
                "x".getBytes(UTF_8),
                Qos.AT_LEAST_ONCE,
                true,
                MessageProperties.NONE,
                new Publisher(new Namespace("public"), "client", null),
                1);
    }

    private void append(String topic) {
        log.append(
                topic,
                message(topic),
                (@Nullable StreamFailure failure) ->
                        answers.add(topic + (failure == null ? " kept" : " " + failure.reason())));
    }

    @Test
    void isNotMadeWhileNobodyAppends() {
        assertThat(follow()).isCompleted();

        assertThat(source.opened).isZero();
        assertThat(log.pendingBytes()).isZero();
    }

    @Test
    void isFollowedWhenItIsThere() {
        source.there = true;
        real.append("a", message("a"), failure -> {});

        assertThat(follow()).isCompleted();

        assertThat(followed).containsExactly("a");
        append("b");
        assertThat(answers).containsExactly("b kept");
    }

    @Test
    void keepsWhatComesWhileItIsMadeInItsOrder() {
        assertThat(follow()).isCompleted();
        append("a");
        append("b");
        assertThat(answers).isEmpty();
        assertThat(log.pendingBytes()).isPositive();

        source.making.complete(null);
        append("c");

        assertThat(answers).containsExactly("a kept", "b kept", "c kept");
        assertThat(followed).containsExactly("a", "b", "c");
        assertThat(source.opened).isEqualTo(1);
        assertThat(log.pendingBytes()).isZero();
    }

    @Test
    void tellsThatItCouldNotBeMadeAndTriesAgain() {
        assertThat(follow()).isCompleted();
        append("a");
        source.making.completeExceptionally(new IllegalStateException("no room"));
        assertThat(answers).singleElement().asString().contains("a the log cannot be opened now", "no room");

        source.making = CompletableFuture.completedFuture(null);
        append("b");
        assertThat(answers).hasSize(2).contains("b kept");
    }

    @Test
    void isFollowedWhenAnotherBrokerHasMadeIt() {
        assertThat(follow()).isCompleted();
        real.append("of-another", message("of-another"), failure -> {});

        log.appeared();
        log.appeared();

        assertThat(followed).containsExactly("of-another");
    }

    @Test
    void isTriedAgainWhenItCouldNotBeFollowedAsAnotherBrokerMadeIt() {
        assertThat(follow()).isCompleted();
        real.append("of-another", message("of-another"), failure -> {});
        source.there = true;
        source.broken = new IllegalStateException("no bookie");

        log.appeared();
        log.appeared();
        assertThat(later).as("one attempt, however often it fails").hasSize(1);
        afterAWhile();
        assertThat(followed).isEmpty();
        assertThat(later).as("the store could not be asked either").hasSize(1);

        source.broken = null;
        afterAWhile();
        assertThat(followed).containsExactly("of-another");
        assertThat(later).isEmpty();
    }

    @Test
    void isFoundThoughNobodyTold() {
        assertThat(follow()).isCompleted();
        log.look();
        assertThat(source.opened).isZero();
        real.append("of-another", message("of-another"), failure -> {});
        source.there = true;

        log.look();
        log.look();

        assertThat(followed).containsExactly("of-another");
    }

    @Test
    void isNotTriedAgainAfterItIsClosed() {
        assertThat(follow()).isCompleted();
        source.there = true;
        source.broken = new IllegalStateException("no bookie");
        log.appeared();

        log.close();
        source.broken = null;
        afterAWhile();

        assertThat(followed).isEmpty();
        assertThat(later).isEmpty();
    }

    @Test
    void refusesWhatComesAfterItIsClosed() {
        assertThat(follow()).isCompleted();
        append("a");

        log.close();
        append("b");

        assertThat(answers).hasSize(2).noneMatch(answer -> answer.endsWith("kept"));
    }
}
