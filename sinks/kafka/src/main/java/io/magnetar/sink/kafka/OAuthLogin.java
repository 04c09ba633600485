package io.magnetar.sink.kafka;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.common.security.auth.AuthenticateCallbackHandler;
import org.apache.kafka.common.security.auth.SaslExtensions;
import org.apache.kafka.common.security.auth.SaslExtensionsCallback;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerTokenCallback;
import org.jspecify.annotations.Nullable;

/**
 * Gives Kafka's client the tokens of a {@link TokenSource}, which it finds in the producer's configuration. The client's
 * own way to a token is not used: it takes its endpoints from a system property that all sinks of a process share, and has no
 * audience.
 *
 * <p>Thread: the caller's, and that of Kafka's login.
 */
public final class OAuthLogin implements AuthenticateCallbackHandler {
    /** The key of the producer's configuration whose value is a {@link TokenSource}. */
    static final String SOURCE = "magnetar.oauth.token.source";

    private @Nullable TokenSource source;

    @Override
    public void configure(Map<String, ?> configs, String saslMechanism, List<AppConfigurationEntry> jaas) {
        source = (TokenSource) configs.get(SOURCE);
    }

    @Override
    public void handle(Callback[] callbacks) throws IOException, UnsupportedCallbackException {
        TokenSource tokens = Objects.requireNonNull(source, "not configured");
        for (Callback callback : callbacks) {
            if (callback instanceof OAuthBearerTokenCallback token) {
                token.token(tokens.fetch());
            } else if (callback instanceof SaslExtensionsCallback extensions) {
                extensions.extensions(new SaslExtensions(tokens.extensions()));
            } else {
                throw new UnsupportedCallbackException(callback);
            }
        }
    }

    @Override
    public void close() {}
}
