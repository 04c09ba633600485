package io.magnetar.mqtt.users;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The functions that hashes of passwords are made of, of bytes, as MQTT's passwords are. Stateless. */
final class Digests {
    private Digests() {}

    /** @param algorithm SHA-256 or SHA-512, which every Java has */
    static byte[] digest(String algorithm, byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance(algorithm);
            for (byte[] part : parts) {
                digest.update(part);
            }
            return digest.digest();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @param algorithm of the digest */
    static Mac mac(String algorithm, byte[] key) {
        String name = "Hmac" + algorithm.replace("-", "");
        try {
            Mac mac = Mac.getInstance(name);
            // HMAC fills a key with zeros to the size of a block, and Java takes no empty one.
            mac.init(new SecretKeySpec(key.length == 0 ? new byte[1] : key, name));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static byte[] hmac(String algorithm, byte[] key, byte[] data) {
        return mac(algorithm, key).doFinal(data);
    }

    /** PBKDF2 of RFC 8018; with the digest's own length it is Hi of RFC 5802. */
    static byte[] pbkdf2(String algorithm, byte[] password, byte[] salt, int iterations, int length) {
        Mac mac = mac(algorithm, password);
        byte[] derived = new byte[length];
        int size = mac.getMacLength();
        for (int block = 1, at = 0; at < length; block++, at += size) {
            mac.update(salt);
            byte[] last = mac.doFinal(
                    new byte[] {(byte) (block >>> 24), (byte) (block >>> 16), (byte) (block >>> 8), (byte) block});
            byte[] sum = last.clone();
            for (int i = 1; i < iterations; i++) {
                last = mac.doFinal(last);
                xor(sum, last);
            }
            System.arraycopy(sum, 0, derived, at, Math.min(size, length - at));
        }
        return derived;
    }

    /** Into the first of them. */
    static void xor(byte[] into, byte[] other) {
        for (int i = 0; i < into.length; i++) {
            into[i] ^= other[i];
        }
    }
}
