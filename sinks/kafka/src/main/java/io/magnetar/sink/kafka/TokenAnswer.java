package io.magnetar.sink.kafka;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Reads what a token endpoint answers.
 *
 * <p>Thread: any, it has no state.
 */
final class TokenAnswer {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MESSAGE_LENGTH = 300;

    /** Of a token that does not say how long it lives, in milliseconds. */
    private static final long UNKNOWN_LIFETIME = 15_000;

    private TokenAnswer() {}

    /** @param nowMs when the token was asked for, milliseconds since 1970 */
    static AccessToken read(ClientCredentials credentials, int status, String body, long nowMs) throws IOException {
        JsonNode answer = json(body);
        if (status != 200) {
            String message = "the token endpoint " + credentials.tokenEndpoint() + " answers " + status + ": "
                    + reason(answer, body) + hint(status, credentials);
            throw status < 500 && status != 408 && status != 429 ? new TokenRefused(message) : new IOException(message);
        }
        String type = answer.path("token_type").asText("bearer");
        String token = answer.path("access_token").asText("");
        if (token.isEmpty() || !type.toLowerCase(Locale.ROOT).equals("bearer")) {
            throw new TokenRefused("the token endpoint " + credentials.tokenEndpoint()
                    + " answers 200 without a bearer token: is it the token endpoint (RFC 6749, 3.2) at all?");
        }
        String scope = answer.path("scope").asText(credentials.scope()).trim();
        Set<String> scopes = scope.isEmpty() ? Set.of() : Set.copyOf(List.of(scope.split(" +", -1)));
        return new AccessToken(token, scopes, end(answer, token, nowMs), credentials.clientId(), nowMs);
    }

    /** The answer's own word, or what a JWT says of itself. */
    private static long end(JsonNode answer, String token, long nowMs) {
        if (answer.path("expires_in").asLong(0) > 0) {
            return nowMs + answer.path("expires_in").asLong() * 1_000;
        }
        String[] parts = token.split("\\.", -1);
        if (parts.length == 3) {
            try {
                byte[] claims = Base64.getUrlDecoder().decode(parts[1]);
                long end = json(new String(claims, StandardCharsets.UTF_8))
                                .path("exp")
                                .asLong(0)
                        * 1_000;
                if (end > nowMs) {
                    return end;
                }
            } catch (IllegalArgumentException noJwt) {
                return nowMs + UNKNOWN_LIFETIME;
            }
        }
        return nowMs + UNKNOWN_LIFETIME;
    }

    private static String hint(int status, ClientCredentials credentials) {
        return status == 400 || status == 401
                ? " (look at clientId " + credentials.clientId() + ", clientSecret, scope and audience)"
                : "";
    }

    private static String reason(JsonNode answer, String body) {
        String error = answer.path("error").asText("");
        String description = answer.path("error_description").asText("");
        String reason = error.isEmpty() ? body : description.isEmpty() ? error : error + ", " + description;
        String line = reason.replaceAll("\\p{Cntrl}+", " ").strip();
        return line.isEmpty()
                ? "(without a reason)"
                : line.length() > MESSAGE_LENGTH ? line.substring(0, MESSAGE_LENGTH) + "..." : line;
    }

    private static JsonNode json(String body) {
        try {
            JsonNode node = JSON.readTree(body);
            return node == null ? JSON.missingNode() : node;
        } catch (JsonProcessingException text) {
            return JSON.missingNode();
        }
    }
}
