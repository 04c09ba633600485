package io.magnetar.mqtt.auth;

import io.magnetar.mqtt.packet.ReasonCode;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One place where it is known who clients are, as a link of a chain: it lets a client in, refuses it, or leaves it to the next one.
 *
 * <p>Thread: any.
 */
@FunctionalInterface
public interface AuthenticationSource {
    /**
     * Looks at what a client says of itself. Never throws; a failed future means that nobody could be asked, and then the client
     * is not let in.
     *
     * @return completes on any thread
     */
    CompletableFuture<Verdict> verify(Authenticator.Claim claim);

    /**
     * Whether a client that it lets in has the user name that it has sent: the source has looked at that name, and would not have let in
     * a client that shows the same under another one.
     */
    default boolean provesUsername() {
        return false;
    }

    /** Whether it says something else of a client in another namespace. */
    default boolean looksAtNamespace() {
        return false;
    }

    /** What a source says. */
    sealed interface Verdict permits Ignore, Allow, Deny {}

    /** It does not know such a client: the next source is asked. */
    record Ignore() implements Verdict {}

    /**
     * The client is who it says it is.
     *
     * @param credential tells when what it has shown is no longer good; null when nobody will tell
     */
    record Allow(Identity identity, @Nullable WatchedCredential credential) implements Verdict {
        public Allow(Identity identity) {
            this(identity, null);
        }
    }

    /**
     * The client is not let in, whatever others know of it.
     *
     * @param reason a sentence for the client and for the log, without its secrets
     */
    record Deny(ReasonCode code, String reason) implements Verdict {
        /** The same for a user that is not there as for a password that is wrong. */
        public static final String WRONG = "the user name or the password is not right";
    }
}
