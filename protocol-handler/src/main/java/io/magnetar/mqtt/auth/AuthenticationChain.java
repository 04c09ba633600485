package io.magnetar.mqtt.auth;

import io.magnetar.mqtt.packet.ReasonCode;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Sources in the order in which they are asked. The first one that knows a client decides, and one that nobody knows is refused.
 *
 * <p>Thread: immutable.
 */
record AuthenticationChain(List<BoundedSource> sources) {
    AuthenticationChain {
        sources = List.copyOf(sources);
    }

    boolean names(String source) {
        return sources.stream().anyMatch(one -> one.name().equals(source));
    }

    /** Finds out who a client is. A failed future means that a source could not be asked: those behind it are not. */
    CompletableFuture<Authenticator.Step> verify(Authenticator.Claim claim) {
        return askFrom(0, claim);
    }

    private CompletableFuture<Authenticator.Step> askFrom(int place, Authenticator.Claim claim) {
        if (place == sources.size()) {
            return CompletableFuture.completedFuture(unknown(claim));
        }
        BoundedSource source = sources.get(place);
        return source.verify(claim).thenCompose(verdict -> {
            if (verdict instanceof AuthenticationSource.Allow allowed) {
                return CompletableFuture.completedFuture(
                        new Authenticator.Success(null, allowed.identity(), source.name(), allowed.credential()));
            }
            if (verdict instanceof AuthenticationSource.Deny denied) {
                return CompletableFuture.completedFuture(new Authenticator.Failure(denied.code(), denied.reason()));
            }
            return askFrom(place + 1, claim);
        });
    }

    private static Authenticator.Step unknown(Authenticator.Claim claim) {
        return claim.username() == null && claim.password() == null
                ? new Authenticator.Failure(
                        ReasonCode.NOT_AUTHORIZED, "the client has shown nothing that it is known by")
                : new Authenticator.Failure(ReasonCode.BAD_USER_NAME_OR_PASSWORD, AuthenticationSource.Deny.WRONG);
    }
}
