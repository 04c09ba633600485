package io.magnetar.mqtt.users;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads hashes of passwords: our own, those of bcrypt, of passlib's PBKDF2, of Mosquitto's password files, and those that stand in
 * columns of their own, as EMQX exports them. Never repeats what it was given: a hash is half a secret.
 *
 * <p>Thread: any; stateless.
 */
public final class PasswordHashParser {
    private static final Pattern BCRYPT =
            Pattern.compile("\\$2[aby]\\$(\\d\\d)\\$([./A-Za-z0-9]{22})([./A-Za-z0-9]{31})");
    private static final Pattern OURS =
            Pattern.compile("\\$([a-z0-9]+-[a-z0-9]+)\\$(?:(\\d{1,7})\\$)?([^$]*)\\$([^$]+)");
    /** {@code $6$<salt>$<digest>} of SHA-512, {@code $7$<iterations>$<salt>$<digest>} of PBKDF2 with it. */
    private static final Pattern MOSQUITTO = Pattern.compile("\\$([67])\\$(?:(\\d{1,7})\\$)?([^$]+)\\$([^$]+)");

    private static final int MIN_DIGEST = 16;
    private static final int MAX_BYTES = 128;
    private static final int BCRYPT_SALT = 16;
    private static final int BCRYPT_DIGEST = 23;

    private PasswordHashParser() {}

    /** @throws IllegalArgumentException with what is wrong */
    public static PasswordHash parse(String text) {
        Matcher bcrypt = BCRYPT.matcher(text);
        if (bcrypt.matches()) {
            return checked(new PasswordHash(
                    PasswordScheme.BCRYPT,
                    Integer.parseInt(bcrypt.group(1)),
                    BcryptBase64.decode(bcrypt.group(2)),
                    BcryptBase64.decode(bcrypt.group(3))));
        }
        Matcher mosquitto = MOSQUITTO.matcher(text);
        if (mosquitto.matches()) {
            boolean pbkdf2 = mosquitto.group(1).equals("7");
            return of(
                    pbkdf2 ? PasswordScheme.PBKDF2_SHA512 : PasswordScheme.SHA512_SUFFIX,
                    mosquitto.group(2),
                    base64(mosquitto.group(3)),
                    base64(mosquitto.group(4)));
        }
        Matcher ours = OURS.matcher(text);
        if (ours.matches()) {
            PasswordScheme scheme = PasswordScheme.named(ours.group(1)).orElseThrow(PasswordHashParser::unknown);
            return of(scheme, ours.group(2), base64(ours.group(3)), base64(ours.group(4)));
        }
        throw unknown();
    }

    /**
     * Reads one whose parts stand in columns of their own: the digest in hexadecimal, the salt as the text that was hashed.
     *
     * @param label of the scheme
     * @param iterations of PBKDF2
     * @throws IllegalArgumentException with what is wrong
     */
    public static PasswordHash parse(String label, @Nullable String iterations, String salt, String digest) {
        PasswordScheme scheme = PasswordScheme.named(label)
                .orElseThrow(() -> new IllegalArgumentException(
                        "there is no such scheme of hashes; there are " + PasswordScheme.labels()));
        if (scheme == PasswordScheme.BCRYPT) {
            return parse(digest);
        }
        byte[] bytes;
        try {
            bytes = HexFormat.of().parseHex(digest);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the digest is not in hexadecimal");
        }
        return of(scheme, iterations, salt.getBytes(UTF_8), bytes);
    }

    private static PasswordHash of(PasswordScheme scheme, @Nullable String iterations, byte[] salt, byte[] digest) {
        if (scheme == PasswordScheme.BCRYPT) {
            throw unknown();
        }
        if (scheme.isPbkdf2() != (iterations != null)) {
            throw new IllegalArgumentException("a hash of PBKDF2 has a number of iterations, and no other has");
        }
        return checked(new PasswordHash(scheme, iterations == null ? 1 : number(iterations), salt, digest));
    }

    private static int number(String iterations) {
        try {
            return Integer.parseInt(iterations);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("the iterations are no whole number");
        }
    }

    private static PasswordHash checked(PasswordHash hash) {
        boolean bcrypt = hash.scheme() == PasswordScheme.BCRYPT;
        int most = bcrypt ? PasswordHash.MAX_BCRYPT_COST : PasswordHash.MAX_ITERATIONS;
        int least = bcrypt ? 4 : 1;
        if (hash.cost() < least || hash.cost() > most) {
            throw new IllegalArgumentException(
                    "a hash of " + hash.scheme().label() + " may cost " + least + " to " + most);
        }
        int length = hash.digest().length;
        boolean right = switch (hash.scheme()) {
            case BCRYPT -> length == BCRYPT_DIGEST && hash.salt().length == BCRYPT_SALT;
            case PBKDF2_SHA256, PBKDF2_SHA512 -> length >= MIN_DIGEST && length <= MAX_BYTES;
            case SHA256_PREFIX, SHA256_SUFFIX -> length == 32;
            case SHA512_PREFIX, SHA512_SUFFIX -> length == 64;
        };
        if (!right || hash.salt().length > MAX_BYTES) {
            throw new IllegalArgumentException("the digest or the salt has not the length that "
                    + hash.scheme().label() + " needs");
        }
        return hash;
    }

    /** With the digits of passlib as well. */
    private static byte[] base64(String text) {
        try {
            return Base64.getDecoder().decode(text.replace('.', '+'));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the salt or the digest is not in base 64");
        }
    }

    private static IllegalArgumentException unknown() {
        return new IllegalArgumentException(
                "this is no hash of a password: one is $<scheme>$<iterations>$<salt>$<digest>,"
                        + " where the scheme is one of " + PasswordScheme.labels()
                        + ", or one of bcrypt, passlib or Mosquitto");
    }
}
