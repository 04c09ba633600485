package io.magnetar.mqtt.share;

import io.magnetar.mqtt.record.GroupRecord;
import io.magnetar.stream.StreamAppender.AppendListener;
import io.magnetar.stream.StreamFailure;
import io.magnetar.tenancy.Namespace;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The record of one group, saved when the simulation says so, and sometimes only at the second attempt. Thread: the simulation's. */
final class SavedGroups implements GroupRecords {
    /** @param untilSaved it is told when the record is saved, and of no failure before */
    private record Save(@Nullable GroupRecord record, AppendListener listener, boolean untilSaved) {}

    private final ArrayDeque<Save> pending = new ArrayDeque<>();
    private @Nullable GroupRecord saved;
    private boolean mayFail;
    private boolean held;

    void failNowAndThen() {
        mayFail = true;
    }

    /** Nothing is saved until {@link #letGo}. */
    void hold() {
        held = true;
    }

    void letGo() {
        held = false;
    }

    boolean isEmpty() {
        return saved == null;
    }

    GroupRecord saved() {
        return Objects.requireNonNull(saved, "it was recorded before it was kept");
    }

    boolean work(Random random) {
        Save oldest = held ? null : pending.poll();
        if (oldest == null) {
            return false;
        }
        if (mayFail && random.nextInt(10) == 0) {
            if (!oldest.untilSaved()) {
                oldest.listener().appended(new StreamFailure(StreamFailure.Kind.UNAVAILABLE, "simulated"));
            }
            pending.addFirst(oldest.untilSaved() ? oldest : new Save(oldest.record(), failure -> {}, false));
        } else {
            saved = oldest.record();
            oldest.listener().appended(null);
        }
        return true;
    }

    /** What is under way is not saved any more. */
    void crash() {
        pending.clear();
    }

    @Override
    public void save(Namespace namespace, SharedFilter filter, GroupRecord record, AppendListener listener) {
        pending.add(new Save(record, listener, false));
    }

    @Override
    public void delete(Namespace namespace, SharedFilter filter, Runnable then) {
        pending.add(new Save(null, failure -> then.run(), true));
    }

    @Override
    public CompletableFuture<Void> idle() {
        return CompletableFuture.completedFuture(null);
    }
}
