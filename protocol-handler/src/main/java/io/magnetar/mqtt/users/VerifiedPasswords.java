package io.magnetar.mqtt.users;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.security.MessageDigest;
import java.time.Duration;

/**
 * Passwords that were right a while ago, so that clients that all come again are not all hashed for again. What is kept of one is a
 * digest with a key that this process alone has, and it counts for the very record that it was right for.
 *
 * <p>Thread: any.
 */
final class VerifiedPasswords {
    private static final int MAX_KNOWN = 100_000;
    private static final Duration KNOWN_FOR = Duration.ofHours(24);

    private record Verified(User record, byte[] digest) {}

    private final byte[] secret = Digests.digest("SHA-256", PasswordHash.randomSalt(), PasswordHash.randomSalt());
    private final Cache<UserKey, Verified> known = Caffeine.newBuilder()
            .maximumSize(MAX_KNOWN)
            .expireAfterAccess(KNOWN_FOR)
            .build();

    boolean knows(UserKey key, User record, byte[] password) {
        Verified verified = known.getIfPresent(key);
        return verified != null
                && verified.record.equals(record)
                && MessageDigest.isEqual(verified.digest, digest(password));
    }

    void add(UserKey key, User record, byte[] password) {
        known.put(key, new Verified(record, digest(password)));
    }

    private byte[] digest(byte[] password) {
        return Digests.hmac("SHA-256", secret, password);
    }
}
