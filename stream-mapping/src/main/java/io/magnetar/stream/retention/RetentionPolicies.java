package io.magnetar.stream.retention;

import io.magnetar.stream.StreamDefinition;
import java.util.concurrent.CompletableFuture;

/** Knows the policies that are in force. Thread: any; never blocks. */
@FunctionalInterface
public interface RetentionPolicies {
    /** The policy of a stream, as it is now; asked every second for each stream that is in use. */
    CompletableFuture<RetentionPolicy> of(StreamDefinition stream);
}
