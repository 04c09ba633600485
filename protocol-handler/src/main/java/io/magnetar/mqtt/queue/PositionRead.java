package io.magnetar.mqtt.queue;

import io.magnetar.message.Message;
import io.magnetar.mqtt.owner.Owner;
import io.magnetar.stream.Position;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.queue.QueueReaders.QueueListener;
import io.magnetar.stream.queue.QueueReaders.QueueReader;
import io.magnetar.stream.queue.QueuedMessage;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the message at one position.
 *
 * <p>Thread: the owner, but for the {@link QueueListener} methods, which hand over to it.
 */
final class PositionRead implements QueueListener {
    private static final int AT_ONCE = 64;

    private final NamespaceQueue queue;
    private final Position position;
    private final Owner owner;
    private final Consumer<Outcome> answer;
    private @Nullable QueueReader reader;
    private boolean answered;

    /** @param message null when it is no longer in the log, and when the reading failed */
    record Outcome(@Nullable Message message, boolean failed) {}

    /** @param answer told once, at the owner, unless the read is closed before */
    PositionRead(NamespaceQueue queue, Position position, Owner owner, Consumer<Outcome> answer) {
        this.queue = queue;
        this.position = position;
        this.owner = owner;
        this.answer = answer;
    }

    /** @return false when too many readers are open */
    boolean open(int partition) {
        Position entryBefore = new Position(position.ledgerId(), position.entryId() - 1, -1);
        CompletableFuture<QueueReader> opening = queue.read(partition, entryBefore, this);
        if (opening == null) {
            return false;
        }
        var unused = opening.whenComplete((opened, failure) -> owner.execute(() -> {
            if (opened == null) {
                tell(new Outcome(null, true));
            } else if (answered) {
                queue.close(opened);
            } else {
                reader = opened;
                opened.request(AT_ONCE);
                askForEnd(opened);
            }
        }));
        return true;
    }

    private void askForEnd(QueueReader opened) {
        var unused = opened.end()
                .whenComplete((end, failure) -> owner.execute(() -> {
                    if (end == null) {
                        tell(new Outcome(null, true));
                    } else {
                        onEnd(end);
                    }
                }));
    }

    /** When neither the message nor any behind it is kept, the reader would wait until another is published. */
    private void onEnd(Position end) {
        if (end.entryId() < 0 || position.isAfter(end)) {
            tell(new Outcome(null, false));
        }
    }

    @Override
    public void onMessages(List<QueuedMessage> messages) {
        owner.execute(() -> {
            for (QueuedMessage message : messages) {
                if (message.position().equals(position)) {
                    tell(new Outcome(message.message(), false));
                } else if (message.position().isAfter(position)) {
                    tell(new Outcome(null, false));
                }
            }
            if (reader != null) {
                reader.request(messages.size());
            }
        });
    }

    @Override
    public void onPlaceLost() {
        // What is looked for is found or not.
    }

    @Override
    public void onFailed(StreamFailure failure) {
        owner.execute(() -> {
            if (reader != null) {
                reader = null;
                queue.failed();
            }
            tell(new Outcome(null, true));
        });
    }

    private void tell(Outcome outcome) {
        if (!answered) {
            close();
            answer.accept(outcome);
        }
    }

    void close() {
        answered = true;
        if (reader != null) {
            queue.close(reader);
            reader = null;
        }
    }
}
