package io.magnetar.mqtt.record;

import io.magnetar.mqtt.owner.Owner;
import io.magnetar.stream.StreamAppender.AppendListener;
import io.magnetar.stream.StreamFailure;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * When the progress of a session, or of a group, is recorded: at once for those who wait for it, about every second when it has changed. At most one
 * record is on its way, and all that changes meanwhile shares the next one.
 *
 * <p>Thread: the owner of what is recorded.
 */
public final class Checkpoints implements ProgressLog {
    private final Owner owner;
    private final Consumer<AppendListener> save;
    private final Runnable onSaved;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    /** How often the progress has changed, and up to which change it is on its way and saved. */
    private long changes;

    private long saved;
    private boolean saving;
    private boolean planned;
    private boolean closed;

    private record Waiting(long change, Runnable then) {}

    /**
     * @param save records the progress as it is when it is called, and tells how that went on any thread
     * @param onSaved told at the owner when what was to be saved at the last {@code save} is
     */
    public Checkpoints(Owner owner, Consumer<AppendListener> save, Runnable onSaved) {
        this.onSaved = onSaved;
        this.owner = owner;
        this.save = save;
    }

    @Override
    public void changed() {
        changes++;
    }

    @Override
    public void afterSave(Runnable then) {
        changes++;
        waiting.add(new Waiting(changes, then));
        if (!planned) {
            planned = true;
            owner.execute(() -> {
                planned = false;
                save();
            });
        }
    }

    /** To be called about every second: saves what has changed. */
    public void tick() {
        save();
    }

    /** Whether all changes are saved. */
    public boolean isSaved() {
        return saved == changes;
    }

    private void save() {
        if (saving || closed || saved == changes) {
            return;
        }
        saving = true;
        long change = changes;
        save.accept(failure -> owner.execute(() -> onSaved(change, failure)));
    }

    private void onSaved(long change, @Nullable StreamFailure failure) {
        saving = false;
        if (closed) {
            return;
        }
        if (failure == null) {
            saved = change;
            onSaved.run();
            while (!waiting.isEmpty() && waiting.peek().change() <= change) {
                waiting.remove().then().run();
            }
            if (!waiting.isEmpty()) {
                save();
            }
        }
    }

    /** Nobody waits any more. */
    public void close() {
        closed = true;
        waiting.clear();
    }

    /** Nothing is recorded any more, nor does it have to be: whoever waits goes on. */
    public void release() {
        List<Waiting> released = List.copyOf(waiting);
        close();
        released.forEach(each -> each.then().run());
    }
}
