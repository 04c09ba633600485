package io.magnetar.mqtt.users;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import org.bouncycastle.crypto.generators.BCrypt;

/**
 * A password as it is kept: what it is hashed with, and what comes of it. Written as {@code $<scheme>$<iterations>$<salt>$<digest>},
 * without iterations where the scheme has none; bcrypt's as bcrypt writes them.
 *
 * <p>Thread: immutable; the arrays are never written to.
 *
 * @param cost the iterations of PBKDF2, the logarithm of the rounds of bcrypt, 1 for the others
 */
public record PasswordHash(PasswordScheme scheme, int cost, byte[] salt, byte[] digest) {
    static final int MAX_ITERATIONS = 1_000_000;
    /** A second or so of a processor. */
    static final int MAX_BCRYPT_COST = 13;

    private static final int SALT_BYTES = 16;
    private static final int BCRYPT_MAX_PASSWORD = 72;
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Hashes a new password with PBKDF2 and SHA-512. Takes its time. */
    static PasswordHash make(byte[] password, int iterations) {
        byte[] salt = randomSalt();
        byte[] digest = Digests.pbkdf2("SHA-512", password, salt, iterations, 64);
        return new PasswordHash(PasswordScheme.PBKDF2_SHA512, iterations, salt, digest);
    }

    /** Random bytes. */
    static byte[] randomSalt() {
        byte[] salt = new byte[SALT_BYTES];
        RANDOM.nextBytes(salt);
        return salt;
    }

    /** Whether a password is the one. Takes as long for a wrong one. */
    boolean matches(byte[] password) {
        return MessageDigest.isEqual(digest, hash(password));
    }

    private byte[] hash(byte[] password) {
        if (scheme.isPbkdf2()) {
            return Digests.pbkdf2(scheme.digest(), password, salt, cost, digest.length);
        }
        if (scheme == PasswordScheme.BCRYPT) {
            return bcrypt(password);
        }
        return scheme.isPrefix()
                ? Digests.digest(scheme.digest(), salt, password)
                : Digests.digest(scheme.digest(), password, salt);
    }

    /** A zero ends the password in bcrypt's modular form, and it sees 72 bytes. */
    private byte[] bcrypt(byte[] password) {
        byte[] seen = new byte[Math.min(password.length + 1, BCRYPT_MAX_PASSWORD)];
        System.arraycopy(password, 0, seen, 0, Math.min(password.length, seen.length));
        byte[] hash = BCrypt.generate(seen, salt, cost);
        byte[] written = new byte[digest.length];
        System.arraycopy(hash, 0, written, 0, written.length);
        return written;
    }

    /** As it is kept and exported. */
    String text() {
        if (scheme == PasswordScheme.BCRYPT) {
            return String.format("$2b$%02d$", cost) + BcryptBase64.encode(salt) + BcryptBase64.encode(digest);
        }
        Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
        return "$" + scheme.label() + (scheme.isPbkdf2() ? "$" + cost : "") + "$" + base64.encodeToString(salt) + "$"
                + base64.encodeToString(digest);
    }

    /** What it is made with, and nothing of the password. */
    @Override
    public String toString() {
        return scheme.label() + " (" + cost + ")";
    }
}
