package io.magnetar.mqtt.access;

import io.magnetar.mqtt.counters.DecidedBy;
import io.magnetar.tenancy.Namespace;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One place where it is known what clients may do.
 *
 * <p>Thread: any; never blocks.
 */
public interface AccessSource {
    DecidedBy name();

    /** What is known without asking anybody. */
    Answer look(Subject client, AccessRequest request);

    /**
     * Asks, for a request that {@link #look} has no answer for. Never throws; a failed future means that nobody could be asked.
     *
     * @return completes on any thread with anything but {@link Verdict#ASK}
     */
    default CompletableFuture<Verdict> ask(Subject client, AccessRequest request) {
        return CompletableFuture.completedFuture(look(client, request).verdict());
    }

    /**
     * What a rule says to how a subscription is written, as {@code $share/g/a/#}, beside what it would deliver; null for nothing.
     *
     * @param request its topic is what the client wrote
     */
    default @Nullable Rule lookAtWritten(Subject client, AccessRequest request) {
        return null;
    }

    /** Forgets what it remembers of answers for a namespace. */
    default void forget(Namespace namespace) {
        // Rules are in memory, and always the newest.
    }

    /**
     * An answer.
     *
     * @param rule the rule that it comes from, or null
     */
    record Answer(Verdict verdict, @Nullable Rule rule) {
        public static final Answer NONE = new Answer(Verdict.NONE, null);
        public static final Answer ASK = new Answer(Verdict.ASK, null);

        static Answer of(@Nullable Rule rule) {
            return rule == null ? NONE : new Answer(rule.verdict(), rule);
        }
    }
}
