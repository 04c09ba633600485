package io.magnetar.mqtt.users;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What an administrator says of a user: a password that is to be hashed, or what it has been hashed to.
 *
 * <p>Thread: immutable.
 *
 * @param password in clear, or null
 * @param scram credentials for SCRAM are made of the password; null when that is not said
 * @param hashed what is there already of a user: its hashes
 * @param superuser null when that is not said
 */
public record NewUser(
        @Nullable String password,
        @Nullable Boolean scram,
        User hashed,
        @Nullable Boolean superuser) {
    private static final Set<String> FIELDS = Set.of(
            "username",
            "password",
            "passwordHash",
            "scram",
            "superuser",
            "algorithm",
            "iterations",
            "salt",
            "digest",
            ScramMechanism.SHA_256.method(),
            ScramMechanism.SHA_512.method());

    /**
     * Reads an object in JSON: {@code password} and {@code scram}, or {@code passwordHash}, or {@code algorithm}, {@code iterations},
     * {@code salt} and {@code digest}; and what exports have for SCRAM.
     *
     * @throws IllegalArgumentException with what is wrong, without what was given
     */
    public static NewUser parse(JsonNode given) {
        Set<String> unknown = new TreeSet<>();
        given.fieldNames().forEachRemaining(unknown::add);
        unknown.removeAll(FIELDS);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("a user has no " + String.join(", ", unknown) + "; it has "
                    + String.join(", ", new TreeSet<>(FIELDS)));
        }
        User hashed = UserRecords.parse(given);
        if (given.has("digest")) {
            hashed = new User(
                    PasswordHashParser.parse(
                            given.path("algorithm").asText(),
                            given.has("iterations") ? given.path("iterations").asText() : null,
                            given.path("salt").asText(),
                            given.path("digest").asText()),
                    hashed.sha256(),
                    hashed.sha512(),
                    false);
        }
        String password = text(given, "password");
        boolean ready = hashed.password() != null || hashed.sha256() != null || hashed.sha512() != null;
        if (password != null && ready) {
            throw new IllegalArgumentException("a user has a password or a hash, not both");
        }
        return new NewUser(password, flag(given, "scram"), hashed, flag(given, "superuser"));
    }

    private static @Nullable String text(JsonNode given, String name) {
        if (!given.has(name)) {
            return null;
        }
        String text = given.path(name).asText();
        if (!given.path(name).isTextual() || text.isEmpty() || text.length() > 1_024) {
            throw new IllegalArgumentException(name + " is a text of 1 to 1024 characters");
        }
        return text;
    }

    private static @Nullable Boolean flag(JsonNode given, String name) {
        if (!given.has(name)) {
            return null;
        }
        if (!given.path(name).isBoolean()) {
            throw new IllegalArgumentException(name + " is true or false");
        }
        return given.path(name).booleanValue();
    }

    boolean isReady() {
        return hashed.password() != null || hashed.sha256() != null || hashed.sha512() != null;
    }

    /** Without passwords. */
    @Override
    public String toString() {
        return "a user that is to be made";
    }
}
