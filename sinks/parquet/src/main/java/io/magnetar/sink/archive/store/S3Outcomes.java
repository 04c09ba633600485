package io.magnetar.sink.archive.store;

import io.magnetar.sink.delivery.Outcome;
import java.util.Set;
import java.util.function.Supplier;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.sts.model.StsException;

/** What an answer of S3 means, or of the service that gives the credentials for it. */
final class S3Outcomes {
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int TIMEOUT = 408;
    private static final int CONFLICT = 409;
    private static final int PRECONDITION_FAILED = 412;
    private static final int TOO_MANY = 429;
    private static final int SERVER_ERROR = 500;
    private static final int NOT_IMPLEMENTED = 501;

    /** Errors with a status that says otherwise: they pass. */
    private static final Set<String> PASSING =
            Set.of("RequestTimeout", "RequestTimeTooSkewed", "SlowDown", "OperationAborted");

    private S3Outcomes() {}

    static <T> Outcome<T> of(Supplier<T> call) throws InterruptedException {
        try {
            return Outcome.delivered(call.get());
        } catch (AwsServiceException e) {
            return failure(e);
        } catch (AbortedException e) {
            throw interrupted(e);
        } catch (ApiCallTimeoutException | ApiCallAttemptTimeoutException e) {
            return Outcome.retriable(String.valueOf(e.getMessage()));
        } catch (SdkClientException e) {
            return clientFailure(e);
        }
    }

    /**
     * A call that creates an object where there is none.
     *
     * @return of a delivered outcome: whether this call has created it; not, when one is there, or when the upload is over,
     *     which an earlier attempt may have brought about
     */
    static Outcome<Boolean> ofCreation(Runnable call) throws InterruptedException {
        try {
            call.run();
            return Outcome.delivered(true);
        } catch (AwsServiceException e) {
            if (e.statusCode() == PRECONDITION_FAILED || "NoSuchUpload".equals(code(e))) {
                return Outcome.delivered(false);
            }
            return failure(e);
        } catch (AbortedException e) {
            throw interrupted(e);
        } catch (SdkClientException e) {
            return clientFailure(e);
        }
    }

    /**
     * A call that reads an object that need not be there.
     *
     * @return of a delivered outcome: whether it is
     */
    static Outcome<Boolean> ofReading(Runnable call) throws InterruptedException {
        return of(() -> {
            try {
                call.run();
                return true;
            } catch (NoSuchKeyException e) {
                return false;
            }
        });
    }

    private static InterruptedException interrupted(AbortedException e) {
        InterruptedException interrupted = new InterruptedException(e.getMessage());
        interrupted.initCause(e);
        return interrupted;
    }

    private static String code(AwsServiceException e) {
        return e.awsErrorDetails() == null
                ? ""
                : String.valueOf(e.awsErrorDetails().errorCode());
    }

    private static <T> Outcome<T> failure(AwsServiceException e) {
        int status = e.statusCode();
        boolean role = e instanceof StsException;
        String reason = (role ? "STS answers " : "S3 answers ") + status + " " + code(e)
                + (e.awsErrorDetails() == null ? "" : ": " + e.awsErrorDetails().errorMessage());
        if ((status >= SERVER_ERROR && status != NOT_IMPLEMENTED)
                || e.isThrottlingException()
                || status == TOO_MANY
                || status == TIMEOUT
                || status == CONFLICT
                || PASSING.contains(code(e))) {
            return Outcome.retriable(reason);
        }
        if (role) {
            return Outcome.permanent(
                    reason + " (check roleArn and roleExternalId, and that the credentials may assume the role)");
        }
        return Outcome.permanent(
                switch (status) {
                    case FORBIDDEN -> reason + " (check the credentials, and their permission to list, get and put)";
                    case NOT_FOUND -> reason + " (check bucket, region and endpoint)";
                    case NOT_IMPLEMENTED -> reason + " (the store has not all that the archive needs of S3)";
                    default -> reason;
                });
    }

    /** No connection is retriable, no credentials to begin with are not. */
    private static <T> Outcome<T> clientFailure(SdkClientException e) {
        String message = String.valueOf(e.getMessage());
        return message.contains("Unable to load credentials") ? Outcome.permanent(message) : Outcome.retriable(message);
    }
}
