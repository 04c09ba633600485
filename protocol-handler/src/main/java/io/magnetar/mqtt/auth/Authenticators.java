package io.magnetar.mqtt.auth;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The authentication that a broker has.
 *
 * <p>Thread: immutable.
 *
 * @param plain for clients that name no method: user name and password, or nothing
 * @param methods for those that do, by the name of the method
 */
public record Authenticators(Authenticator plain, Map<String, Authenticator> methods) {
    /** Lets everybody in and knows no method. */
    public static final Authenticators NONE = new Authenticators(Authenticator.EVERYBODY, Map.of());

    public Authenticators {
        methods = Map.copyOf(methods);
    }

    Optional<Authenticator> of(@Nullable String method) {
        return method == null ? Optional.of(plain) : Optional.ofNullable(methods.get(method));
    }
}
