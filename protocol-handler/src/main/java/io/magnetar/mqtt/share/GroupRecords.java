package io.magnetar.mqtt.share;

import io.magnetar.mqtt.record.GroupRecord;
import io.magnetar.stream.StreamAppender.AppendListener;
import io.magnetar.tenancy.Namespace;
import java.util.concurrent.CompletableFuture;

/** Where groups with durable members are recorded. Thread: any; never blocks. */
public interface GroupRecords {
    /**
     * Saves the record of a group; saves of one group keep their order.
     *
     * @param listener told once, on any thread: that the log has this record or a newer one of the group, or that it did not take it
     *     now; it is then tried again all the same
     */
    void save(Namespace namespace, SharedFilter filter, GroupRecord record, AppendListener listener);

    /**
     * Deletes the record of a group, in order with its saves.
     *
     * @param then runs once, on any thread: when the log has that or a newer record of the group, however long that takes
     */
    void delete(Namespace namespace, SharedFilter filter, Runnable then);

    /** Completes when nothing is left to be saved. */
    CompletableFuture<Void> idle();
}
