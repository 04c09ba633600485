package io.magnetar.mqtt.users;

import io.magnetar.mqtt.auth.AuthenticationSource;
import io.magnetar.mqtt.auth.Authenticator;
import io.magnetar.mqtt.auth.Identity;
import io.magnetar.mqtt.auth.WatchedCredential;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.tenancy.Namespace;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Knows the users that the brokers keep: those of a client's own namespace, and where that has none, those of no namespace, if the operator
 * wants that. A user of the right name and a wrong password is refused; one that is not there is left to the next source, and costs
 * as much time.
 *
 * <p>Thread: any.
 */
public final class UsersSource implements AuthenticationSource {
    public static final String NAME = "users";

    private final Users users;
    private final UserSettings settings;
    private final HashingThreads threads;
    private final LiveUsers live;
    private final VerifiedPasswords verified = new VerifiedPasswords();
    private final PasswordHash decoy;

    public UsersSource(Users users, UserSettings settings, HashingThreads threads) {
        this.users = users;
        this.settings = settings;
        this.threads = threads;
        this.live = new LiveUsers(users);
        this.decoy = new PasswordHash(
                PasswordScheme.PBKDF2_SHA512, settings.iterations(), PasswordHash.randomSalt(), new byte[64]);
    }

    @Override
    public boolean provesUsername() {
        return true;
    }

    @Override
    public boolean looksAtNamespace() {
        return true;
    }

    @Override
    public CompletableFuture<Verdict> verify(Authenticator.Claim claim) {
        Optional<UserKey> asked = claim.username() == null ? Optional.empty() : key(claim, claim.username());
        if (asked.isEmpty()) {
            return CompletableFuture.completedFuture(new Ignore());
        }
        UserKey key = asked.get();
        Optional<User> found = users.find(key);
        byte[] password = claim.password();
        if (password == null) {
            return CompletableFuture.completedFuture(found.isPresent() ? wrong() : new Ignore());
        }
        if (found.isEmpty()) {
            PasswordHash like = users.decoyHash(key.namespace(), decoy);
            return threads.hash(claim.namespace(), () -> {
                boolean unused = like.matches(password);
                return new Ignore();
            });
        }
        User user = found.get();
        if (verified.knows(key, user, password)) {
            return CompletableFuture.completedFuture(allow(key, user));
        }
        PasswordHash hash = user.password() == null ? users.decoyHash(key.namespace(), decoy) : user.password();
        return threads.hash(claim.namespace(), () -> {
            if (!hash.matches(password) || user.password() == null) {
                return wrong();
            }
            verified.add(key, user, password);
            return allow(key, user);
        });
    }

    /** Whom a client says it is; nothing when its namespace is not known, for then nobody can tell. */
    Optional<UserKey> key(Authenticator.Claim claim, String username) {
        Namespace namespace = claim.namespace();
        if (namespace == null) {
            return Optional.empty();
        }
        return Optional.of(new UserKey(settings.global() && !users.has(namespace) ? null : namespace, username));
    }

    private Verdict allow(UserKey key, User user) {
        return new Allow(identity(user), credential(key, user));
    }

    static Identity identity(User user) {
        return new Identity(null, null, user.superuser(), null, Identity.NEVER);
    }

    /** Null when connections outlive changes of their users. */
    @Nullable
    WatchedCredential credential(UserKey key, User user) {
        return settings.endChanged() ? live.watched(key, user) : null;
    }

    private static Verdict wrong() {
        return new Deny(ReasonCode.BAD_USER_NAME_OR_PASSWORD, Deny.WRONG);
    }
}
