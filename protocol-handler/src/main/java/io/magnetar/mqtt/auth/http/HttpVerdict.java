package io.magnetar.mqtt.auth.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.magnetar.mqtt.auth.AuthenticationSource.Allow;
import io.magnetar.mqtt.auth.AuthenticationSource.Deny;
import io.magnetar.mqtt.auth.AuthenticationSource.Ignore;
import io.magnetar.mqtt.auth.AuthenticationSource.Verdict;
import io.magnetar.mqtt.auth.Identity;
import io.magnetar.mqtt.auth.fetch.Answer;
import io.magnetar.mqtt.packet.ReasonCode;
import org.jspecify.annotations.Nullable;

/**
 * What the answer of an HTTP server means:
 *
 * <pre>
 *   200 with {"result": "allow" / "deny" / "ignore", ...}    that; without a result the next source is asked
 *   204                                                      allow
 *   4xx but 408 and 429                                      the server does not know the client: the next source is asked
 *   all others, and what cannot be read                      nobody could be asked
 * </pre>
 *
 * Stateless.
 */
final class HttpVerdict {
    private static final ObjectMapper JSON = new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
    private static final int OK = 200;
    private static final int NO_CONTENT = 204;
    private static final int BAD_REQUEST = 400;
    private static final int REQUEST_TIMEOUT = 408;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int SERVER_ERROR = 500;
    /** A time beyond this is in milliseconds, or a mistake. */
    private static final long MAX_SECONDS = 100_000_000_000L;

    private HttpVerdict() {}

    /**
     * Understands an answer.
     *
     * @param nowMillis milliseconds since the epoch
     * @throws IllegalStateException when the answer says nothing about the client
     */
    static Verdict of(Answer answer, long nowMillis) {
        int status = answer.status();
        if (status == NO_CONTENT) {
            return new Allow(Identity.PLAIN);
        }
        if (status == OK) {
            return of(read(answer), nowMillis);
        }
        if (status >= BAD_REQUEST
                && status < SERVER_ERROR
                && status != REQUEST_TIMEOUT
                && status != TOO_MANY_REQUESTS) {
            return new Ignore();
        }
        throw new IllegalStateException("the server answered " + answer);
    }

    private static JsonNode read(Answer answer) {
        try {
            JsonNode said = JSON.readTree(answer.text());
            if (said.isObject()) {
                return said;
            }
        } catch (JsonProcessingException e) {
            // Told below: what the parser says may quote what the server said.
        }
        throw new IllegalStateException("the server's answer is no JSON object, " + answer);
    }

    private static Verdict of(JsonNode said, long nowMillis) {
        String result = said.path("result").asText("ignore");
        return switch (result) {
            case "allow" -> allowed(said, nowMillis);
            case "deny" -> new Deny(ReasonCode.NOT_AUTHORIZED, "the client is not let in");
            case "ignore" -> new Ignore();
            default ->
                throw new IllegalStateException("the server's answer has another result than allow, deny, ignore");
        };
    }

    private static Verdict allowed(JsonNode said, long nowMillis) {
        JsonNode expiry = said.path("expire_at");
        long expiresAtMillis = Identity.NEVER;
        if (isThere(expiry)) {
            if (!expiry.canConvertToLong() || expiry.asLong() > MAX_SECONDS) {
                throw new IllegalStateException("expire_at in the server's answer is no time in seconds");
            }
            expiresAtMillis = expiry.asLong() * 1_000;
            if (expiresAtMillis <= nowMillis) {
                return new Deny(ReasonCode.NOT_AUTHORIZED, "the credential has expired");
            }
        }
        JsonNode rules = said.path("acl");
        return new Allow(new Identity(
                text(said, "namespace"),
                text(said, "role"),
                said.path("is_superuser").booleanValue(),
                isThere(rules) ? rules.toString() : null,
                expiresAtMillis));
    }

    private static boolean isThere(JsonNode node) {
        return !node.isMissingNode() && !node.isNull();
    }

    private static @Nullable String text(JsonNode said, String name) {
        JsonNode value = said.path(name);
        if (!isThere(value)) {
            return null;
        }
        if (!value.isTextual()) {
            throw new IllegalStateException(name + " in the server's answer is no text");
        }
        return value.textValue().isEmpty() ? null : value.textValue();
    }
}
