package io.magnetar.sink.kafka;

import java.util.Set;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerToken;

/**
 * A token as Kafka's client takes it.
 *
 * @param value a secret
 * @param lifetimeMs when it ends, milliseconds since 1970
 * @param principalName of whom it was asked for, for Kafka's log
 */
record AccessToken(String value, Set<String> scope, long lifetimeMs, String principalName, Long startTimeMs)
        implements OAuthBearerToken {

    /** Without the token. */
    @Override
    public String toString() {
        return "token of " + principalName;
    }
}
