package io.magnetar.mqtt.auth.jwt;

import com.fasterxml.jackson.databind.JsonNode;
import io.magnetar.mqtt.auth.Authenticator;
import io.magnetar.mqtt.auth.ClaimTemplate;
import io.magnetar.mqtt.auth.Identity;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * What a token must say for its client to be let in, RFC 7519 section 4.1.
 *
 * <p>Thread: immutable.
 *
 * @param leewaySeconds how far clocks may be apart
 * @param expires whether a token without {@code exp} is refused
 * @param issuer null for any
 * @param audience one of these is in {@code aud}; empty for any
 * @param required the values of other claims, by their names or JSON pointers
 */
public record ClaimRules(
        long leewaySeconds,
        boolean expires,
        @Nullable String issuer,
        List<String> audience,
        Map<String, ClaimTemplate> required) {
    private static final String EXPIRATION = "exp";
    private static final double MAX_SECONDS = 1e14;

    public ClaimRules {
        audience = List.copyOf(audience);
        required = Map.copyOf(required);
    }

    /** What a claim says, by its name or, when that begins with a slash, by its JSON pointer, RFC 6901. */
    static JsonNode find(JsonNode claims, String name) {
        return name.startsWith("/") ? claims.at(name) : claims.path(name);
    }

    /** When the token expires for us, in milliseconds since the epoch; {@link Identity#NEVER} when it does not. */
    long expiresAtMillis(JsonNode claims) {
        Double seconds = seconds(claims, EXPIRATION);
        return seconds == null || seconds > MAX_SECONDS
                ? Identity.NEVER
                : (long) (seconds * 1_000) + leewaySeconds * 1_000;
    }

    /**
     * What is wrong with a token.
     *
     * @param nowMillis milliseconds since the epoch
     */
    Optional<String> problem(JsonNode claims, Authenticator.Claim client, long nowMillis) {
        Optional<String> problem = timeProblem(claims, nowMillis / 1_000.0);
        if (problem.isPresent()) {
            return problem;
        }
        if (issuer != null && !says(claims.path("iss"), issuer)) {
            return Optional.of("the token is of another issuer");
        }
        if (!audience.isEmpty() && audience.stream().noneMatch(one -> says(claims.path("aud"), one))) {
            return Optional.of("the token is for another audience");
        }
        for (Map.Entry<String, ClaimTemplate> rule : required.entrySet()) {
            Optional<String> wanted = rule.getValue().of(client, UnaryOperator.identity());
            if (wanted.isEmpty() || !says(find(claims, rule.getKey()), wanted.get())) {
                return Optional.of("the claim '" + rule.getKey() + "' of the token is not that of this client");
            }
        }
        return Optional.empty();
    }

    private Optional<String> timeProblem(JsonNode claims, double now) {
        for (String name : List.of(EXPIRATION, "nbf", "iat")) {
            if (claims.has(name) && seconds(claims, name) == null) {
                return Optional.of("the claim '" + name + "' of the token is no time");
            }
        }
        Double expiration = seconds(claims, EXPIRATION);
        if (expires && expiration == null) {
            return Optional.of("the token does not say when it expires");
        }
        if (expiration != null && now >= expiration + leewaySeconds) {
            return Optional.of("the token has expired");
        }
        Double begin = seconds(claims, "nbf");
        if (begin != null && now < begin - leewaySeconds) {
            return Optional.of("the token is not valid yet");
        }
        Double issued = seconds(claims, "iat");
        return issued != null && now < issued - leewaySeconds
                ? Optional.of("the token is of the future")
                : Optional.empty();
    }

    /** A time in seconds since the epoch; null when the claim is missing or is none. */
    private static @Nullable Double seconds(JsonNode claims, String name) {
        JsonNode claim = claims.path(name);
        double seconds = claim.isNumber() || claim.isTextual() ? claim.asDouble(Double.NaN) : Double.NaN;
        return Double.isFinite(seconds) ? seconds : null;
    }

    /** Whether a claim is a value, or a list that has it. */
    private static boolean says(JsonNode claim, String wanted) {
        if (claim.isArray()) {
            return StreamSupport.stream(claim.spliterator(), false).anyMatch(one -> is(one, wanted));
        }
        return is(claim, wanted);
    }

    private static boolean is(JsonNode claim, String wanted) {
        return claim.isValueNode() && !claim.isNull() && claim.asText().equals(wanted);
    }
}
