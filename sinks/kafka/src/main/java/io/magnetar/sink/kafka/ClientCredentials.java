package io.magnetar.sink.kafka;

import java.net.URI;
import java.time.Duration;
import java.util.Map;

/**
 * How to get a token of OAuth 2 for a program (RFC 6749, 4.4), and what goes with it to Kafka.
 *
 * @param clientSecret a secret
 * @param scope as the authorization server knows it, or empty
 * @param audience for servers that want one, or empty
 * @param credentialsInBody whether the identifier and the secret stand in the form, and not in an Authorization header
 * @param timeout from connecting to the last byte of the answer
 * @param extensions of SASL, which Confluent Cloud finds its cluster by
 */
record ClientCredentials(
        URI tokenEndpoint,
        String clientId,
        String clientSecret,
        String scope,
        String audience,
        boolean credentialsInBody,
        Duration timeout,
        Map<String, String> extensions) {

    /** Without the secret. */
    @Override
    public String toString() {
        return "client " + clientId + " at " + tokenEndpoint;
    }
}
