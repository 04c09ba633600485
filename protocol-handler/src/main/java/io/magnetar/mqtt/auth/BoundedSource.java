package io.magnetar.mqtt.auth;

import io.magnetar.mqtt.counters.SourceCounts;
import io.magnetar.mqtt.counters.SourceOutcome;
import io.magnetar.mqtt.flow.Failures;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A source that answers in time or fails, and that is asked about so many clients at once and not more: one that hangs costs its own
 * clients their connections, and no other source its own. A namespace whose clients all come at once leaves places for those of others. What
 * comes of it is counted.
 *
 * <p>Thread: any, because all that changes is counters.
 */
final class BoundedSource implements AuthenticationSource {
    private static final Logger LOG = LoggerFactory.getLogger(BoundedSource.class);
    private static final long LOG_EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final String name;
    private final AuthenticationSource source;
    private final AuthenticationSettings settings;
    private final FairPlaces places;
    private final SourceCounts counts;
    private final LongSupplier nanos;
    private final AtomicLong loggedAtNanos;

    /** @param nanos a time that only rises, in nanoseconds */
    BoundedSource(
            String name,
            AuthenticationSource source,
            AuthenticationSettings settings,
            SourceCounts counts,
            LongSupplier nanos) {
        this.places = new FairPlaces(settings.maxUnderWay());
        this.counts = counts;
        this.name = name;
        this.source = source;
        this.settings = settings;
        this.nanos = nanos;
        this.loggedAtNanos = new AtomicLong(nanos.getAsLong() - LOG_EVERY_NANOS);
    }

    String name() {
        return name;
    }

    @Override
    public CompletableFuture<Verdict> verify(Authenticator.Claim claim) {
        if (!places.take(claim.namespace())) {
            OverloadedException tooMany = new OverloadedException("it is being asked about " + settings.maxUnderWay()
                    + " clients, or about as many of one namespace as may be");
            counts.count(SourceOutcome.UNAVAILABLE);
            log(tooMany);
            return CompletableFuture.failedFuture(tooMany);
        }
        CompletableFuture<Verdict> answer = source.verify(claim);
        // What the source has made may be another's too: it is not completed from here.
        CompletableFuture<Verdict> inTime =
                answer.isDone() ? answer : answer.copy().orTimeout(settings.timeoutMillis(), TimeUnit.MILLISECONDS);
        return inTime.whenComplete((verdict, failure) -> {
                    places.leave(claim.namespace());
                    counts.count(outcome(verdict));
                    if (failure != null) {
                        log(Objects.requireNonNullElse(Failures.cause(failure), failure));
                    }
                })
                .thenApply(verdict -> named(verdict, claim.username()));
    }

    /** @param verdict null when nobody could be asked */
    private static SourceOutcome outcome(@Nullable Verdict verdict) {
        if (verdict == null) {
            return SourceOutcome.UNAVAILABLE;
        }
        return verdict instanceof Allow
                ? SourceOutcome.ALLOWED
                : verdict instanceof Deny ? SourceOutcome.DENIED : SourceOutcome.IGNORED;
    }

    @Override
    public boolean provesUsername() {
        return source.provesUsername();
    }

    @Override
    public boolean looksAtNamespace() {
        return source.looksAtNamespace();
    }

    /** A client that the source knows by the name that it has sent has that name. */
    private Verdict named(Verdict verdict, @Nullable String sent) {
        return sent != null
                        && provesUsername()
                        && verdict instanceof Allow allowed
                        && allowed.identity().username() == null
                ? new Allow(allowed.identity().named(sent), allowed.credential())
                : verdict;
    }

    private void log(Throwable cause) {
        long now = nanos.getAsLong();
        long last = loggedAtNanos.get();
        if (now - last >= LOG_EVERY_NANOS && loggedAtNanos.compareAndSet(last, now)) {
            LOG.warn("Clients are refused, for the source '{}' cannot be asked about them: {}", name, cause.toString());
        }
    }
}
