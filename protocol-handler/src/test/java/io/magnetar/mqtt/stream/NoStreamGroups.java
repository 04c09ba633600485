package io.magnetar.mqtt.stream;

import io.magnetar.stream.StartPosition;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamGroup;
import io.magnetar.stream.StreamGroups;
import io.magnetar.stream.StreamReaders.StreamFailureException;
import java.util.concurrent.CompletableFuture;

/** The groups of a log that cannot be reached. */
public final class NoStreamGroups implements StreamGroups {
    @Override
    public CompletableFuture<Membership> join(
            StreamGroup group, StartPosition start, String member, GroupListener listener) {
        return CompletableFuture.failedFuture(
                new StreamFailureException(new StreamFailure(StreamFailure.Kind.UNAVAILABLE, "nobody shares here")));
    }
}
