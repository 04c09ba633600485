package io.magnetar.mqtt.auth.jwt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/**
 * The public keys of a JSON Web Key Set that signatures are verified with. Secrets in it are passed over, for who may read the set is
 * not to be able to sign; keys of kinds that are not known here are passed over too.
 *
 * <p>Thread: immutable.
 */
record KeySetKeys(List<NamedKey> keys) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MAX_KEYS = 256;

    KeySetKeys {
        keys = List.copyOf(keys);
    }

    /**
     * One key.
     *
     * @param id its {@code kid}, or null
     * @param algorithm the only one that it is for, or null
     */
    record NamedKey(@Nullable String id, @Nullable String algorithm, PublicKey key) {}

    /** @throws IllegalArgumentException when it is no key set, or has no key that could be used */
    static KeySetKeys read(String json) {
        JsonNode set;
        try {
            set = JSON.readTree(json).path("keys");
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the key set is no JSON", e);
        }
        if (!set.isArray()) {
            throw new IllegalArgumentException("the key set has no member 'keys'");
        }
        if (set.size() > MAX_KEYS) {
            throw new IllegalArgumentException("the key set has more than " + MAX_KEYS + " keys");
        }
        List<NamedKey> keys = new ArrayList<>();
        for (JsonNode one : set) {
            NamedKey key = read(one);
            if (key != null) {
                keys.add(key);
            }
        }
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("the key set has no public key that signatures can be verified with");
        }
        return new KeySetKeys(keys);
    }

    private static @Nullable NamedKey read(JsonNode one) {
        if (!one.path("use").asText("sig").equals("sig")) {
            return null;
        }
        try {
            return JsonWebKey.Factory.newJwk(one.toString()) instanceof PublicJsonWebKey key
                    ? new NamedKey(key.getKeyId(), key.getAlgorithm(), key.getPublicKey())
                    : null;
        } catch (JoseException e) {
            return null; // Of a kind that is not known here.
        }
    }

    boolean has(String id) {
        return keys.stream().anyMatch(key -> id.equals(key.id()));
    }

    /** Those that may have signed a token; a token that names no key may be of any. */
    List<NamedKey> candidates(@Nullable String id, String algorithm, KeyFamily family) {
        return keys.stream()
                .filter(key -> id == null || id.equals(key.id()))
                .filter(key -> key.algorithm() == null || key.algorithm().equals(algorithm))
                .filter(key -> family.has(key.key()))
                .toList();
    }
}
