package io.magnetar.stream.failure;

import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamFailure.Kind;
import io.magnetar.stream.StreamReaders.StreamFailureException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.PulsarClientException.AlreadyClosedException;
import org.apache.pulsar.client.api.PulsarClientException.AuthenticationException;
import org.apache.pulsar.client.api.PulsarClientException.AuthorizationException;
import org.apache.pulsar.client.api.PulsarClientException.InvalidMessageException;
import org.apache.pulsar.client.api.PulsarClientException.NotAllowedException;
import org.apache.pulsar.client.api.PulsarClientException.NotFoundException;
import org.apache.pulsar.client.api.PulsarClientException.ProducerBlockedQuotaExceededError;
import org.apache.pulsar.client.api.PulsarClientException.ProducerBlockedQuotaExceededException;
import org.apache.pulsar.client.api.PulsarClientException.ProducerFencedException;
import org.apache.pulsar.client.api.PulsarClientException.TopicDoesNotExistException;
import org.apache.pulsar.client.api.PulsarClientException.TopicTerminatedException;

/** The one place that tells what an exception of the Pulsar client means. Stateless. */
public final class PulsarFailures {
    private PulsarFailures() {}

    /**
     * The failure behind an exception. Its reason names the Pulsar topic and the exception's type, never its text, which may
     * name hosts.
     */
    public static StreamFailure of(Throwable thrown, String pulsarTopic) {
        Throwable cause = unwrap(thrown);
        if (cause instanceof StreamFailureException failed) {
            return failed.failure();
        }
        Kind kind = kind(cause);
        String what = switch (kind) {
            case UNAVAILABLE -> "cannot be reached now";
            case QUOTA_EXCEEDED -> "has reached its backlog quota";
            case TOO_LARGE -> "cannot take a message this large";
            case GONE -> "does not exist";
            case REFUSED -> "may not be used";
            case UNSUPPORTED, NO_SUCH_POSITION, NOT_TAKEN -> "cannot do this, or has been terminated";
        };
        return new StreamFailure(
                kind, pulsarTopic + " " + what + " (" + cause.getClass().getSimpleName() + ")");
    }

    /** Whether a producer that fails so will fail with everything, and must be made anew. */
    public static boolean endsProducer(Throwable thrown) {
        Throwable cause = unwrap(thrown);
        return cause instanceof AlreadyClosedException
                || cause instanceof ProducerFencedException
                || cause instanceof TopicTerminatedException
                || kind(cause) == Kind.GONE
                || kind(cause) == Kind.REFUSED
                || kind(cause) == Kind.QUOTA_EXCEEDED;
    }

    /** Whether the Pulsar topic is not there, or not there yet. */
    public static boolean isMissing(Throwable thrown) {
        Throwable cause = unwrap(thrown);
        return cause instanceof NotFoundException || cause instanceof TopicDoesNotExistException;
    }

    private static Kind kind(Throwable cause) {
        if (cause instanceof InvalidMessageException) {
            return Kind.TOO_LARGE;
        }
        if (cause instanceof ProducerBlockedQuotaExceededError
                || cause instanceof ProducerBlockedQuotaExceededException) {
            return Kind.QUOTA_EXCEEDED;
        }
        if (cause instanceof NotFoundException || cause instanceof TopicDoesNotExistException) {
            return Kind.GONE;
        }
        if (cause instanceof TopicTerminatedException) {
            return Kind.UNSUPPORTED;
        }
        if (cause instanceof AuthorizationException
                || cause instanceof AuthenticationException
                || cause instanceof NotAllowedException) {
            return Kind.REFUSED;
        }
        return Kind.UNAVAILABLE;
    }

    private static Throwable unwrap(Throwable thrown) {
        Throwable cause = thrown;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof PulsarClientException && cause.getCause() instanceof StreamFailureException failed) {
            return failed; // The reason why a reader failed that is more than one of Pulsar's.
        }
        return cause;
    }
}
