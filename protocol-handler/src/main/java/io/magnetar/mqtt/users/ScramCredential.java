package io.magnetar.mqtt.users;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * What a broker keeps of a password for SCRAM: enough to know who has it, not enough to be it.
 *
 * <p>Thread: immutable; the arrays are never written to.
 */
public record ScramCredential(int iterations, byte[] salt, byte[] storedKey, byte[] serverKey) {
    private static final byte[] CLIENT_KEY = "Client Key".getBytes(UTF_8);
    private static final byte[] SERVER_KEY = "Server Key".getBytes(UTF_8);

    /**
     * Makes one of a password. Takes its time.
     *
     * @param password of printable ASCII, which SASLprep leaves as it is
     */
    static ScramCredential make(ScramMechanism mechanism, byte[] password, int iterations) {
        String digest = mechanism.digest();
        byte[] salt = PasswordHash.randomSalt();
        byte[] salted = Digests.pbkdf2(
                digest, password, salt, iterations, Digests.mac(digest, salt).getMacLength());
        return new ScramCredential(
                iterations,
                salt,
                Digests.digest(digest, Digests.hmac(digest, salted, CLIENT_KEY)),
                Digests.hmac(digest, salted, SERVER_KEY));
    }

    /** Whether SASLprep (RFC 4013) leaves a text as it is: it has nothing but printable ASCII. */
    static boolean isPrepared(String text) {
        return text.chars().allMatch(c -> c >= ' ' && c < 0x7F);
    }

    /** Without the keys. */
    @Override
    public String toString() {
        return "SCRAM (" + iterations + ")";
    }
}
