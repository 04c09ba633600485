package io.magnetar.mqtt.share;

import io.magnetar.mqtt.owner.Owner;
import io.magnetar.mqtt.record.GroupRecord;
import io.magnetar.stream.StreamAppender.AppendListener;
import io.magnetar.tenancy.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The record of one {@link KeptGroup}: written while it has a durable member, deleted when the last of them has gone.
 *
 * <p>Thread: the group's owner.
 */
final class KeptRecord {
    private final GroupRecords records;
    private final Namespace namespace;
    private final SharedFilter filter;
    private final Owner owner;
    private final List<Runnable> afterDeletion = new ArrayList<>();
    private boolean kept;
    /** How often it is being deleted, or replaced by a newer one after that. */
    private int deletions;

    KeptRecord(GroupRecords records, Namespace namespace, SharedFilter filter, Owner owner) {
        this.records = records;
        this.namespace = namespace;
        this.filter = filter;
        this.owner = owner;
    }

    /** It is written from now on. */
    void keep() {
        kept = true;
    }

    /** Writes it, if it is kept. The listener is told on any thread. */
    void save(Supplier<GroupRecord> record, AppendListener listener) {
        if (kept) {
            records.save(namespace, filter, record.get(), listener);
        } else {
            afterDeletion(() -> listener.appended(null));
        }
    }

    void delete() {
        kept = false;
        deletions++;
        records.delete(namespace, filter, () -> owner.execute(this::onDeleted));
    }

    private void onDeleted() {
        deletions--;
        if (deletions == 0) {
            List<Runnable> waiting = List.copyOf(afterDeletion);
            afterDeletion.clear();
            waiting.forEach(Runnable::run);
        }
    }

    /** Runs when no broker that starts again can take a record for true that is being deleted: at once when none is. */
    void afterDeletion(Runnable then) {
        if (deletions == 0) {
            then.run();
        } else {
            afterDeletion.add(then);
        }
    }
}
