package io.magnetar.mqtt.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.magnetar.mqtt.auth.ClaimTemplate;
import io.magnetar.mqtt.auth.jwt.ClaimNames;
import io.magnetar.mqtt.auth.jwt.ClaimRules;
import io.magnetar.mqtt.auth.jwt.JwtSettings;
import io.magnetar.mqtt.auth.jwt.KeyFamily;
import io.magnetar.mqtt.auth.jwt.PublicKeys;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Reads which tokens let a client in.
 *
 * <p>Thread: the caller's; used once.
 */
final class JwtReader {
    private static final int MIN_SECRET_BYTES = 32;
    private static final String BASE64 = "base64:";

    private final SettingValues values;

    JwtReader(SettingValues values) {
        this.values = values;
    }

    JwtSettings read() {
        List<Key> keys = new ArrayList<>();
        addSecret(keys);
        addPublicKeys(keys);
        return new JwtSettings(
                values.choice(AuthenticationKey.JWT_FROM, "password", "username")
                        .equals("username"),
                (int) values.number(AuthenticationKey.JWT_MAX_BYTES),
                algorithms(),
                keys,
                keySet(),
                new ClaimRules(
                        values.number(AuthenticationKey.JWT_LEEWAY_SECONDS),
                        values.flag(AuthenticationKey.JWT_REQUIRE_EXPIRY),
                        values.textOrNull(AuthenticationKey.JWT_ISSUER),
                        values.list(AuthenticationKey.JWT_AUDIENCE),
                        claims()),
                new ClaimNames(
                        values.textOrNull(AuthenticationKey.JWT_NAMESPACE_CLAIM),
                        values.textOrNull(AuthenticationKey.JWT_ROLE_CLAIM),
                        values.textOrNull(AuthenticationKey.JWT_SUPERUSER_CLAIM),
                        values.textOrNull(AuthenticationKey.JWT_ACL_CLAIM)));
    }

    private void addSecret(List<Key> keys) {
        if (!values.isSet(AuthenticationKey.JWT_SECRET)) {
            return;
        }
        byte[] secret = secret(values.text(AuthenticationKey.JWT_SECRET));
        if (secret == null) {
            return;
        }
        if (secret.length < MIN_SECRET_BYTES) {
            values.problem(
                    AuthenticationKey.JWT_SECRET,
                    "a secret has at least " + MIN_SECRET_BYTES + " bytes, and this one has " + secret.length);
            return;
        }
        keys.add(new SecretKeySpec(secret, "HmacSHA256"));
    }

    private byte @Nullable [] secret(String written) {
        if (written.startsWith(BASE64)) {
            try {
                return Base64.getDecoder()
                        .decode(written.substring(BASE64.length()).trim());
            } catch (IllegalArgumentException e) {
                values.problem(AuthenticationKey.JWT_SECRET, "what is behind base64: is no Base64");
                return null;
            }
        }
        if (!written.startsWith(SettingValues.FILE)) {
            return written.getBytes(UTF_8);
        }
        Path file = values.file(AuthenticationKey.JWT_SECRET, written.substring(SettingValues.FILE.length()));
        try {
            return file == null ? null : Files.readAllBytes(file);
        } catch (IOException e) {
            values.problem(AuthenticationKey.JWT_SECRET, "the file " + file + " cannot be read");
            return null;
        }
    }

    private void addPublicKeys(List<Key> keys) {
        Path file = values.file(AuthenticationKey.JWT_PUBLIC_KEY_FILE);
        if (file == null) {
            return;
        }
        try {
            keys.addAll(PublicKeys.read(file));
        } catch (IOException | IllegalArgumentException e) {
            values.problem(
                    AuthenticationKey.JWT_PUBLIC_KEY_FILE,
                    "public keys (RSA, EC, Ed25519) are needed in the file " + file + ": " + e.getMessage());
        }
    }

    private Set<String> algorithms() {
        Set<String> named = Set.copyOf(values.list(AuthenticationKey.JWT_ALGORITHMS));
        Set<String> known = KeyFamily.allAlgorithms();
        if (!known.containsAll(named)) {
            values.problem(
                    AuthenticationKey.JWT_ALGORITHMS,
                    "there are " + String.join(", ", new TreeSet<>(known)) + ", and no others");
        }
        return named;
    }

    private JwtSettings.@Nullable KeySet keySet() {
        if (!values.isSet(AuthenticationKey.JWT_JWKS_URL)) {
            return null;
        }
        URI url = HttpReader.url(values.text(AuthenticationKey.JWT_JWKS_URL));
        if (url == null) {
            values.problem(AuthenticationKey.JWT_JWKS_URL, HttpReader.URL_NEEDED);
            return null;
        }
        return new JwtSettings.KeySet(
                url,
                values.trustFile(AuthenticationKey.JWT_JWKS_TRUST_FILE),
                TimeUnit.SECONDS.toMillis(values.number(AuthenticationKey.JWT_JWKS_REFRESH_SECONDS)),
                TimeUnit.SECONDS.toMillis(values.number(AuthenticationKey.JWT_JWKS_MIN_REFRESH_SECONDS)));
    }

    private Map<String, ClaimTemplate> claims() {
        Map<String, ClaimTemplate> claims = new LinkedHashMap<>();
        for (String one : values.list(AuthenticationKey.JWT_CLAIMS)) {
            int equals = one.indexOf('=');
            if (equals < 1) {
                values.problem(
                        AuthenticationKey.JWT_CLAIMS, "<claim>=<value> is needed, as in sub=${username}, not " + one);
                continue;
            }
            try {
                ClaimTemplate before = claims.put(
                        one.substring(0, equals).trim(),
                        ClaimTemplate.parse(one.substring(equals + 1).trim()));
                if (before != null) {
                    values.problem(AuthenticationKey.JWT_CLAIMS, "a claim is there twice");
                }
            } catch (IllegalArgumentException e) {
                values.problem(AuthenticationKey.JWT_CLAIMS, String.valueOf(e.getMessage()));
            }
        }
        return claims;
    }
}
