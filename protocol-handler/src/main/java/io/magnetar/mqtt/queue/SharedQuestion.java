package io.magnetar.mqtt.queue;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A question that is expensive and whose answer is as good for all who asked before it was put: one is under way at a time, and all who
 * ask meanwhile share the next.
 *
 * <p>Thread: any.
 *
 * @param <T> the answer
 */
final class SharedQuestion<T> {
    private final Supplier<CompletableFuture<T>> question;
    private boolean underWay;
    private @Nullable CompletableFuture<T> next;

    /** @param question puts it; never throws */
    SharedQuestion(Supplier<CompletableFuture<T>> question) {
        this.question = question;
    }

    /** @return an answer to a question that was put after this call */
    CompletableFuture<T> ask() {
        CompletableFuture<T> answer;
        synchronized (this) {
            if (underWay) {
                if (next == null) {
                    next = new CompletableFuture<>();
                }
                return next.copy();
            }
            underWay = true;
            answer = new CompletableFuture<>();
        }
        put(answer);
        return answer.copy();
    }

    private void put(CompletableFuture<T> answer) {
        var unused = question.get().whenComplete((value, failure) -> {
            putNext();
            if (failure == null) {
                answer.complete(value);
            } else {
                answer.completeExceptionally(failure);
            }
        });
    }

    private void putNext() {
        CompletableFuture<T> waiting;
        synchronized (this) {
            waiting = next;
            next = null;
            underWay = waiting != null;
        }
        if (waiting != null) {
            put(waiting);
        }
    }
}
