package io.magnetar.stream;

import io.magnetar.tenancy.Namespace;
import java.util.Optional;

/** Fills new streams with what older ones keep, and joins them to what is published. Thread: any; never blocks. */
public interface StreamBackfill {
    /**
     * Begins to fill a stream.
     *
     * @param source keeps all topics that the target keeps
     * @param target one that {@link NamespaceStreams#filling is being filled}
     * @return why it cannot begin now; nothing when it has begun
     */
    Optional<String> begin(StreamDefinition source, StreamDefinition target);

    /** How far a stream is that was begun with here; nothing when there is none of the name. */
    Optional<Progress> progress(Namespace namespace, String target);

    /** How far it is. */
    enum Phase {
        /** What the source has is copied. */
        COPYING,
        /** The moment is fixed from which on messages are live; what was received before it is being copied. */
        JOINING,
        /** The stream is served. */
        DONE,
        FAILED
    }

    /**
     * How far the filling of a stream is.
     *
     * @param copied messages that the target has got
     * @param reachedMicros all that was received before is copied, epoch microseconds; 0 at the begin
     * @param reason why it failed, else empty
     */
    record Progress(String source, Phase phase, long copied, long reachedMicros, String reason) {}
}
