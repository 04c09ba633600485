package io.magnetar.mqtt.auth;

import java.util.concurrent.CompletableFuture;

/**
 * Lets in everybody whom the sources before it have left to it. What such a client says of itself, its user name among it, is taken
 * as it is.
 *
 * <p>Thread: any; stateless.
 */
public final class AnonymousSource implements AuthenticationSource {
    public static final String NAME = "anonymous";

    @Override
    public CompletableFuture<Verdict> verify(Authenticator.Claim claim) {
        return CompletableFuture.completedFuture(new Allow(Identity.PLAIN));
    }
}
