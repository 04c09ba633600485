package io.magnetar.mqtt.users;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** How a password is hashed. */
public enum PasswordScheme {
    PBKDF2_SHA256("pbkdf2-sha256", "SHA-256"),
    PBKDF2_SHA512("pbkdf2-sha512", "SHA-512"),
    SHA256_PREFIX("sha256-prefix", "SHA-256"),
    SHA256_SUFFIX("sha256-suffix", "SHA-256"),
    SHA512_PREFIX("sha512-prefix", "SHA-512"),
    SHA512_SUFFIX("sha512-suffix", "SHA-512"),
    BCRYPT("bcrypt", "");

    private final String label;
    private final String digest;

    PasswordScheme(String label, String digest) {
        this.label = label;
        this.digest = digest;
    }

    static Optional<PasswordScheme> named(String label) {
        return Arrays.stream(values())
                .filter(scheme -> scheme.label.equals(label))
                .findFirst();
    }

    static String labels() {
        return Arrays.stream(values()).map(PasswordScheme::label).collect(Collectors.joining(", "));
    }

    /** As it is written in hashes. */
    public String label() {
        return label;
    }

    /** The name of the digest that it is made of; empty for bcrypt. */
    String digest() {
        return digest;
    }

    boolean isPbkdf2() {
        return this == PBKDF2_SHA256 || this == PBKDF2_SHA512;
    }

    /** The salt comes first. */
    boolean isPrefix() {
        return this == SHA256_PREFIX || this == SHA512_PREFIX;
    }
}
