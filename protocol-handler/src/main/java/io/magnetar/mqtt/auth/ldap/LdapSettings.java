package io.magnetar.mqtt.auth.ldap;

import io.magnetar.mqtt.auth.ClaimTemplate;
import io.magnetar.mqtt.auth.Secret;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A directory, and where clients are in it.
 *
 * <p>Thread: immutable.
 *
 * @param servers copies of one directory: the first that can be reached is asked
 * @param security what protects the connections
 * @param trustFile whom the servers' certificates are signed by; null for those whom Java trusts
 * @param account who searches; null when everybody may
 * @param connections how many connections there are at most
 */
public record LdapSettings(
        List<Server> servers,
        Security security,
        @Nullable Path trustFile,
        @Nullable Account account,
        Place place,
        Check check,
        Attributes attributes,
        int connections) {
    public LdapSettings {
        servers = List.copyOf(servers);
    }

    /** One server. */
    public record Server(String host, int port) {}

    /** What protects a connection. */
    public enum Security {
        NONE,
        START_TLS,
        TLS
    }

    /** The account of the broker itself. */
    public record Account(String dn, Secret password) {}

    /** Where a client's entry is. */
    public sealed interface Place permits Named, Searched {
        /** Whether something of the client decides on it. */
        boolean tells(Predicate<ClaimTemplate> part);
    }

    /** It has a name that its client tells. */
    public record Named(DnTemplate dn) implements Place {
        @Override
        public boolean tells(Predicate<ClaimTemplate> part) {
            return dn.tells(part);
        }
    }

    /**
     * It is the only one that a filter matches.
     *
     * @param filter of RFC 4515, with places
     */
    public record Searched(DnTemplate base, ClaimTemplate filter) implements Place {
        @Override
        public boolean tells(Predicate<ClaimTemplate> part) {
            return base.tells(part) || part.test(filter);
        }
    }

    /** How a password is checked. */
    public sealed interface Check permits Bind, Compare {}

    /** The directory lets in who shows it. */
    public record Bind() implements Check {}

    /** The directory compares it with an attribute. */
    public record Compare(String attribute) implements Check {}

    /**
     * The attributes of an entry that tell what its client is; null for those that are not looked at.
     *
     * @param username has the user name exactly, in the case that the client has sent it in: directories take names for the same that
     *     are two for MQTT
     */
    public record Attributes(
            @Nullable String username,
            @Nullable String namespace,
            @Nullable String role,
            @Nullable String superuser) {
        boolean areNone() {
            return username == null && namespace == null && role == null && superuser == null;
        }
    }
}
