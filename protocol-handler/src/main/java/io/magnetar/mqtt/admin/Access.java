package io.magnetar.mqtt.admin;

import io.magnetar.tenancy.Namespace;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Finds out who asks, and what they may do. Thread: any; never blocks. */
public interface Access {
    /** Who asks; fails with a {@link RefusedRequest} when that is not proven. */
    CompletableFuture<Caller> caller(AdminRequest request);

    /** Somebody who asks. */
    interface Caller {
        /** The role, or what else they are called. */
        String name();

        /** @param stream the name of the stream that it is about, or null when it is about the namespace */
        CompletableFuture<Boolean> may(Right right, Namespace namespace, @Nullable String stream);

        /** Completes when they may, fails with a {@link RefusedRequest} when they may not. */
        default CompletableFuture<Void> require(Right right, Namespace namespace, @Nullable String stream) {
            return may(right, namespace, stream)
                    .thenCompose(allowed -> allowed
                            ? CompletableFuture.completedFuture(null)
                            : CompletableFuture.failedFuture(new RefusedRequest(
                                    RefusedRequest.FORBIDDEN,
                                    name() + " may not " + right.words() + " "
                                            + (stream == null ? "of namespace " : namespace + "/")
                                            + (stream == null ? namespace : stream)
                                            + ": " + right.who())));
        }
    }
}
