package io.magnetar.mqtt.users;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Users as they are kept in the log and exported: an object in JSON. Stateless. */
public final class UserRecords {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PASSWORD = "passwordHash";
    private static final String SUPERUSER = "superuser";

    private UserRecords() {}

    static byte[] bytes(User user) {
        try {
            return JSON.writeValueAsBytes(json(user));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of JSON can be written", e);
        }
    }

    /** With hashes, as {@link #parse(JsonNode)} reads it. */
    public static ObjectNode json(User user) {
        ObjectNode record = JSON.createObjectNode();
        if (user.password() != null) {
            record.put(PASSWORD, user.password().text());
        }
        for (ScramMechanism mechanism : ScramMechanism.values()) {
            ScramCredential credential = user.credential(mechanism);
            if (credential != null) {
                record.putObject(mechanism.method())
                        .put("iterations", credential.iterations())
                        .put("salt", credential.salt())
                        .put("storedKey", credential.storedKey())
                        .put("serverKey", credential.serverKey());
            }
        }
        return record.put(SUPERUSER, user.superuser());
    }

    /** @throws IllegalArgumentException when it is none */
    static User parse(byte[] bytes) {
        try {
            return parse(JSON.readTree(bytes));
        } catch (IOException e) {
            throw new IllegalArgumentException("the record is no JSON");
        }
    }

    /** @throws IllegalArgumentException with what is wrong, without anything of what is there */
    public static User parse(JsonNode record) {
        JsonNode password = record.path(PASSWORD);
        return new User(
                password.isTextual() ? PasswordHashParser.parse(password.textValue()) : null,
                credential(record, ScramMechanism.SHA_256),
                credential(record, ScramMechanism.SHA_512),
                record.path(SUPERUSER).asBoolean());
    }

    private static @Nullable ScramCredential credential(JsonNode record, ScramMechanism mechanism) {
        JsonNode written = record.path(mechanism.method());
        if (!written.isObject()) {
            return null;
        }
        int iterations = written.path("iterations").asInt();
        byte[] salt = bytes(written, "salt");
        byte[] storedKey = bytes(written, "storedKey");
        byte[] serverKey = bytes(written, "serverKey");
        int length = mechanism == ScramMechanism.SHA_256 ? 32 : 64;
        if (iterations < 1
                || iterations > PasswordHash.MAX_ITERATIONS
                || salt.length == 0
                || storedKey.length != length
                || serverKey.length != length) {
            throw new IllegalArgumentException(mechanism.method() + " has iterations from 1 to "
                    + PasswordHash.MAX_ITERATIONS + ", a salt, and two keys of " + length + " bytes");
        }
        return new ScramCredential(iterations, salt, storedKey, serverKey);
    }

    private static byte[] bytes(JsonNode object, String name) {
        try {
            return Base64.getDecoder().decode(object.path(name).asText());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + " is not in base 64");
        }
    }
}
