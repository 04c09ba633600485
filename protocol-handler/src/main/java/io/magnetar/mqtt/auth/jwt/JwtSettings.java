package io.magnetar.mqtt.auth.jwt;

import io.magnetar.mqtt.auth.ClaimTemplate;
import java.net.URI;
import java.nio.file.Path;
import java.security.Key;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which tokens let a client in.
 *
 * <p>Thread: immutable.
 *
 * @param fromUsername whether the token is the user name; otherwise it is the password
 * @param maxBytes the longest token, in bytes
 * @param algorithms those that tokens may be signed with, by their JOSE names; empty for all that fit the keys
 * @param keys that are known from the begin: secrets and public keys
 * @param keySet where more public keys are fetched from, or null
 */
public record JwtSettings(
        boolean fromUsername,
        int maxBytes,
        Set<String> algorithms,
        List<Key> keys,
        @Nullable KeySet keySet,
        ClaimRules rules,
        ClaimNames names) {
    public JwtSettings {
        algorithms = Set.copyOf(algorithms);
        keys = List.copyOf(keys);
    }

    /** Whether a token is good for one user name only. */
    boolean provesUsername() {
        return !fromUsername && rules.required().values().stream().anyMatch(ClaimTemplate::isOfUsername);
    }

    /** Without the keys. */
    @Override
    public String toString() {
        return "tokens of " + keys.size() + " keys and of " + keySet;
    }

    /**
     * A JSON Web Key Set, RFC 7517.
     *
     * @param trustFile whom its server's certificate is signed by; null for those whom Java trusts
     * @param refreshMillis how old what is known of it gets
     * @param minRefreshMillis how much time is between two requests at least
     */
    public record KeySet(URI url, @Nullable Path trustFile, long refreshMillis, long minRefreshMillis) {}
}
