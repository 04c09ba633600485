package io.magnetar.mqtt.auth;

import org.jspecify.annotations.Nullable;

/**
 * What is known of a client that is who it says it is.
 *
 * <p>Thread: immutable.
 *
 * @param namespace the name of the namespace that it belongs to, as far as its authenticator knows one, or null
 * @param role its Pulsar role, or null when it has none
 * @param superuser whether it may do everything in its namespace, whatever the rules say
 * @param rules its own rules of access, which its credential brought along, as the JSON text that they came in; null when there are none
 * @param expiresAtMillis when its credential expires, in milliseconds since the epoch; {@link #NEVER} when it does not
 * @param username the user name that it has proved to have, whatever it has sent; null when it has proved none: then the one that it has
 *     sent is what it calls itself, and gives it no right
 */
public record Identity(
        @Nullable String namespace,
        @Nullable String role,
        boolean superuser,
        @Nullable String rules,
        long expiresAtMillis,
        @Nullable String username) {
    public static final long NEVER = Long.MAX_VALUE;

    /** Of one that has proved no user name. */
    public Identity(
            @Nullable String namespace,
            @Nullable String role,
            boolean superuser,
            @Nullable String rules,
            long expiresAtMillis) {
        this(namespace, role, superuser, rules, expiresAtMillis, null);
    }

    /** Of a client of which nothing is known but that it may come in. */
    public static final Identity PLAIN = new Identity(null, null, false, null, NEVER);

    /** Of one that belongs to a namespace, when there is a name. */
    public static Identity of(@Nullable String namespace) {
        return namespace == null ? PLAIN : new Identity(namespace, null, false, null, NEVER);
    }

    /** The same with a user name. */
    public Identity named(String name) {
        return new Identity(namespace, role, superuser, rules, expiresAtMillis, name);
    }
}
