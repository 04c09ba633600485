package io.magnetar.sink.kafka;

import io.magnetar.sink.delivery.Outcome;
import java.io.IOException;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/**
 * What a failure of Kafka's client means.
 *
 * <p>Thread: any, it has no state.
 */
final class KafkaFailure {
    /**
     * Refusals in a row before a login counts as wrong. A broker refuses right tokens for a moment when the authorization
     * server has new keys.
     */
    static final int LOGIN_ATTEMPTS = 3;

    private KafkaFailure() {}

    /** Whether the record is to blame, alone. */
    static boolean isOfRecord(Throwable failure) {
        return failure instanceof RecordTooLargeException
                || failure instanceof RecordBatchTooLargeException
                || failure instanceof InvalidTopicException
                || failure instanceof InvalidTimestampException
                || failure instanceof SerializationException
                || failure instanceof NoSuchTarget
                || failure instanceof org.apache.kafka.common.InvalidRecordException;
    }

    /** Whether the producer's transactional identifier has gone over to another one, or to none. */
    static boolean isSucceeded(Throwable failure) {
        return find(failure, ProducerFencedException.class).isPresent()
                || find(failure, InvalidPidMappingException.class).isPresent();
    }

    static boolean isOfLogin(Throwable failure) {
        return find(failure, AuthenticationException.class).isPresent();
    }

    /**
     * @param tokens what went wrong with a token last, if anything did: Kafka's login keeps it to itself
     * @param refusals of the login in a row, with this one
     */
    static <T> Outcome<T> outcome(Throwable failure, Optional<IOException> tokens, int refusals) {
        if (tokens.isPresent()) {
            String reason = String.valueOf(tokens.get().getMessage());
            return tokens.get() instanceof TokenRefused ? Outcome.permanent(reason) : Outcome.retriable(reason);
        }
        String reason = reason(failure);
        if (isOfLogin(failure)) {
            String login = "Kafka refuses the login: " + reason;
            return refusals >= LOGIN_ATTEMPTS ? Outcome.permanent(login) : Outcome.retriable(login);
        } else if (find(failure, AuthorizationException.class).isPresent()) {
            return Outcome.permanent("Kafka lets this user not: " + reason);
        } else if (find(failure, ConfigException.class).isPresent()
                || find(failure, UnsupportedVersionException.class).isPresent()) {
            return Outcome.permanent(reason);
        }
        return Outcome.retriable(reason);
    }

    static String reason(Throwable failure) {
        StringBuilder reason = new StringBuilder();
        Throwable at = failure;
        for (int depth = 0; at != null && depth < 5; depth++, at = at.getCause()) {
            String message = at.getMessage() == null ? at.getClass().getSimpleName() : at.getMessage();
            // Kafka's outer exceptions often say the inner one's text again.
            if (reason.indexOf(message) < 0 && !(at.getClass() == KafkaException.class && at.getCause() != null)) {
                reason.append(reason.isEmpty() ? "" : ": ").append(message);
            }
        }
        return reason.toString();
    }

    private static <T extends Throwable> Optional<T> find(Throwable failure, Class<T> type) {
        Throwable at = failure;
        for (int depth = 0; at != null && depth < 10; depth++, at = at.getCause()) {
            if (type.isInstance(at)) {
                return Optional.of(type.cast(at));
            }
        }
        return Optional.empty();
    }
}
