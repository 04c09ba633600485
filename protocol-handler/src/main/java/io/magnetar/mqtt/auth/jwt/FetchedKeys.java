package io.magnetar.mqtt.auth.jwt;

import io.magnetar.mqtt.auth.fetch.Answer;
import io.magnetar.mqtt.auth.fetch.HttpFetch;
import io.magnetar.mqtt.flow.Failures;
import java.net.http.HttpRequest;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of a JSON Web Key Set as they were when it was fetched last.
 *
 * <pre>
 *   asked for a key that is known ------------> at once; what is old is fetched again meanwhile, what is very old before
 *   asked for a key that is not known --------> fetched once more, by one request for all who ask, and one in so much time
 *   the server is away, or answers nonsense --> the keys of before stay; when there are none, nobody can be asked
 * </pre>
 *
 * <p>Thread: any.
 */
final class FetchedKeys {
    private static final Logger LOG = LoggerFactory.getLogger(FetchedKeys.class);
    private static final int OK = 200;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final JwtSettings.KeySet settings;
    private final HttpFetch http;
    private final LongSupplier nanoTime;

    private @Nullable KeySetKeys keys;
    private long fetchedAtNanos;
    private boolean tried;
    private long triedAtNanos;
    private @Nullable CompletableFuture<KeySetKeys> underWay;
    private @Nullable Throwable lastFailure;

    /** @param nanoTime as {@link System#nanoTime()} */
    FetchedKeys(JwtSettings.KeySet settings, HttpFetch http, LongSupplier nanoTime) {
        this.settings = settings;
        this.http = http;
        this.nanoTime = nanoTime;
    }

    /**
     * The keys, with the one of this identifier if there is such a one. Never throws; fails when no keys are known at all.
     *
     * @param id null for a token that does not name its key
     */
    CompletableFuture<KeySetKeys> with(@Nullable String id) {
        KeySetKeys known;
        CompletableFuture<KeySetKeys> fetched;
        boolean began = false;
        synchronized (this) {
            known = keys;
            long ageMillis = (nanoTime.getAsLong() - fetchedAtNanos) / NANOS_PER_MILLI;
            boolean needed =
                    known == null || (id != null && !known.has(id)) || ageMillis > 2 * settings.refreshMillis();
            boolean old = needed || ageMillis > settings.refreshMillis();
            if (old && underWay == null && mayTry()) {
                tried = true;
                triedAtNanos = nanoTime.getAsLong();
                underWay = new CompletableFuture<>();
                began = true;
            }
            fetched = needed ? underWay : null;
            if (known == null && fetched == null) {
                return CompletableFuture.failedFuture(new IllegalStateException(
                        "there are no keys yet, the last request for them failed", lastFailure));
            }
        }
        if (began) {
            fetch();
        }
        if (fetched == null) {
            return CompletableFuture.completedFuture(Objects.requireNonNull(known));
        }
        return known == null ? fetched.copy() : fetched.exceptionally(failure -> known);
    }

    private boolean mayTry() {
        return !tried || (nanoTime.getAsLong() - triedAtNanos) / NANOS_PER_MILLI >= settings.minRefreshMillis();
    }

    private void fetch() {
        HttpRequest request = HttpRequest.newBuilder(settings.url())
                .header("Accept", "application/jwk-set+json, application/json")
                .build();
        var unused = http.send(request).thenApply(FetchedKeys::read).whenComplete(this::fetched);
    }

    private static KeySetKeys read(Answer answer) {
        if (answer.status() != OK) {
            throw new IllegalStateException("the server of the key set answered " + answer);
        }
        return KeySetKeys.read(answer.text());
    }

    private void fetched(@Nullable KeySetKeys fresh, @Nullable Throwable failure) {
        CompletableFuture<KeySetKeys> waiting;
        Throwable cause = Failures.cause(failure);
        synchronized (this) {
            waiting = underWay;
            underWay = null;
            lastFailure = cause;
            if (fresh != null) {
                keys = fresh;
                fetchedAtNanos = nanoTime.getAsLong();
            }
        }
        if (fresh != null) {
            LOG.debug("The key set {} has {} keys", settings.url(), fresh.keys().size());
        } else {
            LOG.warn("The keys of tokens cannot be fetched from {}: {}", settings.url(), String.valueOf(cause));
        }
        if (waiting != null && fresh != null) {
            waiting.complete(fresh);
        } else if (waiting != null) {
            waiting.completeExceptionally(cause == null ? new IllegalStateException("no keys") : cause);
        }
    }
}
