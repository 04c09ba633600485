package io.magnetar.mqtt.admin;

import io.magnetar.mqtt.flow.Failures;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamReaders.StreamFailureException;
import java.util.concurrent.CompletableFuture;

/** What went wrong with a stream, as an answer to a request. Stateless. */
final class StreamFailures {
    private StreamFailures() {}

    /** Fails with a {@link RefusedRequest} when it was the stream that failed, and else as before. */
    static <T> CompletableFuture<T> refused(Throwable thrown) {
        Throwable cause = Failures.cause(thrown);
        return CompletableFuture.failedFuture(
                cause instanceof StreamFailureException failure ? refused(failure.failure()) : cause);
    }

    private static RefusedRequest refused(StreamFailure failure) {
        int status = switch (failure.kind()) {
            case GONE, NO_SUCH_POSITION -> RefusedRequest.NOT_FOUND;
            case UNSUPPORTED, TOO_LARGE -> RefusedRequest.CONFLICT;
            case UNAVAILABLE, QUOTA_EXCEEDED, REFUSED, NOT_TAKEN -> RefusedRequest.UNAVAILABLE;
        };
        return new RefusedRequest(status, failure.reason());
    }
}
