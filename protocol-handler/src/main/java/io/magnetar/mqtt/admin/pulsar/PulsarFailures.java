package io.magnetar.mqtt.admin.pulsar;

import io.magnetar.mqtt.admin.RefusedRequest;
import java.util.concurrent.CompletableFuture;
import org.apache.pulsar.client.admin.PulsarAdminException;
import org.apache.pulsar.common.util.FutureUtil;

/** What Pulsar does not do. Stateless. */
final class PulsarFailures {
    private PulsarFailures() {}

    /** It is refused with Pulsar's own code and reason. */
    static <T> CompletableFuture<T> refused(Throwable thrown) {
        Throwable cause = FutureUtil.unwrapCompletionException(thrown);
        if (!(cause instanceof PulsarAdminException failure)) {
            return CompletableFuture.failedFuture(cause);
        }
        int status = failure.getStatusCode();
        return CompletableFuture.failedFuture(new RefusedRequest(
                status >= RefusedRequest.BAD_REQUEST && status < 500 && status != RefusedRequest.UNAUTHORIZED
                        ? status
                        : RefusedRequest.UNAVAILABLE,
                "Pulsar says: " + failure.getMessage()));
    }
}
