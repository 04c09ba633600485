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

    /**
     * Whether it lets in a client that a source of another chain has let in before the client's namespace was known: up to that source it has
     * none that was not asked, and none that says something else now.
     */
    boolean repeats(AuthenticationChain before, String source) {
        List<BoundedSource> here = upTo(source);
        return !here.isEmpty()
                && here.stream().noneMatch(BoundedSource::looksAtNamespace)
                && before.upTo(source).containsAll(here);
    }

    /** The sources that are asked until one has been asked, and that one; none when it is not there. */
    private List<BoundedSource> upTo(String source) {
        for (int i = 0; i < sources.size(); i++) {
            if (sources.get(i).name().equals(source)) {
                return sources.subList(0, i + 1);
            }
        }
        return List.of();
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
