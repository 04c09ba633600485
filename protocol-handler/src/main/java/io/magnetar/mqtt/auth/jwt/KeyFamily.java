package io.magnetar.mqtt.auth.jwt;

import java.security.Key;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.crypto.SecretKey;

/**
 * Keys with the algorithms of JOSE that go with them and no others: a public key is never taken for a secret.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8725">RFC 8725, JSON Web Token best current practices, 3.1</a>
 */
public enum KeyFamily {
    SECRET(SecretKey.class, "HS256", "HS384", "HS512"),
    RSA(RSAPublicKey.class, "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    EC(ECPublicKey.class, "ES256", "ES384", "ES512"),
    EDWARDS(EdECPublicKey.class, "EdDSA");

    private final Class<? extends Key> type;
    private final List<String> algorithms;

    KeyFamily(Class<? extends Key> type, String... algorithms) {
        this.type = type;
        this.algorithms = List.of(algorithms);
    }

    /** Nothing when the algorithm is none that is verified here. */
    static Optional<KeyFamily> of(String algorithm) {
        return Arrays.stream(values())
                .filter(family -> family.algorithms.contains(algorithm))
                .findFirst();
    }

    /** All algorithms that signatures can be verified with. */
    public static Set<String> allAlgorithms() {
        return Arrays.stream(values())
                .flatMap(family -> family.algorithms.stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    boolean has(Key key) {
        return type.isInstance(key);
    }
}
