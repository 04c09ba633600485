package io.magnetar.mqtt.auth.jwt;

import java.security.Key;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/**
 * A token as it is written, three parts in Base64 with dots between them, RFC 7515 section 3.1. What its header says of itself is not to
 * be believed before its signature has been verified, and no key of its own is ever taken.
 *
 * <p>Thread: immutable.
 */
final class SignedToken {
    private static final Pattern WRITTEN = Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]*\\.[A-Za-z0-9_-]*");
    private static final String UNSIGNED = "none";

    private final String written;
    private final String algorithm;
    private final @Nullable String keyId;

    private SignedToken(String written, String algorithm, @Nullable String keyId) {
        this.written = written;
        this.algorithm = algorithm;
        this.keyId = keyId;
    }

    /** Whether a text may be one. */
    static boolean isWritten(String text) {
        return WRITTEN.matcher(text).matches();
    }

    /** Nothing when it is none. */
    static Optional<SignedToken> read(String written) {
        try {
            JsonWebSignature signature = new JsonWebSignature();
            signature.setCompactSerialization(written);
            String algorithm = signature.getAlgorithmHeaderValue();
            return algorithm == null
                    ? Optional.empty()
                    : Optional.of(new SignedToken(written, algorithm, signature.getKeyIdHeaderValue()));
        } catch (JoseException | ClassCastException e) {
            return Optional.empty();
        }
    }

    String algorithm() {
        return algorithm;
    }

    @Nullable
    String keyId() {
        return keyId;
    }

    boolean isUnsigned() {
        return algorithm.equalsIgnoreCase(UNSIGNED);
    }

    /**
     * The payload, when a key has signed it.
     *
     * @throws JoseException when the key does not go with the token
     */
    Optional<String> payload(Key key) throws JoseException {
        JsonWebSignature signature = new JsonWebSignature();
        signature.setAlgorithmConstraints(new AlgorithmConstraints(ConstraintType.PERMIT, algorithm));
        signature.setCompactSerialization(written);
        signature.setKey(key);
        return signature.verifySignature() ? Optional.of(signature.getPayload()) : Optional.empty();
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "a token signed with " + algorithm;
    }
}
