package io.magnetar.stream.definition;

import io.magnetar.tenancy.Namespace;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Where the catalog finds the topics that define streams. Thread: any; never blocks. */
public interface DefinitionSource {
    /** The namespaces that may have streams, as they are now. */
    CompletableFuture<Set<Namespace>> namespaces();

    /** All partitioned topics for streams of one namespace, as they are now, good definitions or not. */
    CompletableFuture<List<StreamTopic>> topics(Namespace namespace);

    /**
     * Writes down beside the definition with how many partitions the topic began as a stream, if nothing else was written there since
     * it was read; else does nothing. Completes when that is done.
     */
    CompletableFuture<Void> pin(StreamTopic topic, int partitions);

    /**
     * Calls {@code listener} with a namespace when its topics may have changed, by whomever; on any thread. A call may be lost:
     * who needs to know all looks again from time to time.
     */
    void onChange(Consumer<Namespace> listener);
}
