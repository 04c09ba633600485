package io.magnetar.mqtt.auth.pulsar;

import com.google.re2j.Pattern;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which of the broker's authentication providers know clients.
 *
 * <p>Thread: immutable.
 *
 * @param methods the providers, by the names of their methods, in the order in which they are asked
 * @param usernameIsRole whether a client that sends a user name must send its role
 * @param namespace finds the namespace in the role, by its first group; null when the role says nothing about it
 */
public record PulsarSettings(
        List<String> methods,
        boolean usernameIsRole,
        @Nullable Pattern namespace) {
    public static final String TOKEN = "token";
    public static final String TLS = "tls";
    public static final String BASIC = "basic";

    public PulsarSettings {
        methods = List.copyOf(methods);
    }
}
