package io.magnetar.stream.read;

import io.magnetar.stream.StreamReaders.StreamListener;
import io.magnetar.stream.StreamReaders.StreamReader;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A reader that is being opened, and that whoever waits for it may give up by cancelling the answer.
 *
 * <p>Thread: any.
 */
final class PendingReader {
    private final StreamListener listener;
    private final CompletableFuture<StreamReader> answer = new CompletableFuture<>();
    private boolean givenUp;
    private @Nullable Runnable onGivenUp;

    PendingReader(StreamListener listener) {
        this.listener = listener;
        var unused = answer.whenComplete((reader, failure) -> {
            if (answer.isCancelled()) {
                giveUp();
            }
        });
    }

    /** Hears of what the reader reads. */
    StreamListener listener() {
        return listener;
    }

    CompletableFuture<StreamReader> answer() {
        return answer;
    }

    /** Passes on how the opening ends. A reader that nobody waits for any more is closed. */
    void opens(CompletableFuture<StreamReader> opening) {
        var unused = opening.whenComplete((reader, failure) -> {
            if (failure != null) {
                answer.completeExceptionally(failure);
            } else if (!answer.complete(reader)) {
                reader.close();
            }
        });
    }

    private void giveUp() {
        Runnable stop;
        synchronized (this) {
            givenUp = true;
            stop = onGivenUp;
        }
        if (stop != null) {
            stop.run();
        }
    }

    /** @param stop what is to be done when it is given up, or has been, before it is open; may be done later all the same */
    void onGivenUp(Runnable stop) {
        boolean now;
        synchronized (this) {
            onGivenUp = stop;
            now = givenUp;
        }
        if (now) {
            stop.run();
        }
    }
}
