package io.magnetar.stream;

import io.magnetar.stream.StreamReaders.StreamFailureException;
import io.magnetar.stream.StreamReaders.StreamMessage;
import java.util.concurrent.CompletableFuture;

/** Joins the groups that share the reading of streams. Thread: any; never blocks. */
public interface StreamGroups {
    /**
     * Joins a group, which is made when there is none.
     *
     * @param start where the group begins when it is new; a group that exists goes on where it is
     * @param member a name of the member for the statistics of the Pulsar subscription
     * @return completes when the group exists and the member is in it; fails with a {@link StreamFailureException}
     */
    CompletableFuture<Membership> join(StreamGroup group, StartPosition start, String member, GroupListener listener);

    /** A member's part in its group, pulled by the member. Thread: any. */
    interface Membership {
        /** Allows {@code messages} more messages to be passed to the listener, summed over the partitions. */
        void request(int messages);

        /** Leaves the group; what is not acknowledged goes to others. May be called twice. */
        void leave();
    }

    /** Hears of the messages that are a member's. Called on threads of the group, one call at a time. */
    interface GroupListener {
        /** The next message, in order for each key. */
        void onMessage(GroupMessage message);

        /** The membership has ended. */
        void onFailed(StreamFailure failure);
    }

    /**
     * A message of a group, nobody else's as long as this member is there.
     *
     * @param acknowledge to be run, on any thread, when the member is done with it
     */
    record GroupMessage(StreamMessage read, Runnable acknowledge) {}
}
