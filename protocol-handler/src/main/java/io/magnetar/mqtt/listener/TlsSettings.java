package io.magnetar.mqtt.listener;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a listener meets its clients with TLS.
 *
 * <p>Thread: immutable.
 *
 * @param certificateFile PEM: the broker's certificate and those that lead to its root
 * @param keyFile PEM: the private key of the certificate
 * @param keyPassword the password of the key, or null
 * @param trustFile PEM: who signs the certificates of clients; null when clients are asked for none
 * @param protocols the versions of TLS that are spoken
 * @param ciphers the cipher suites that are used; empty for the provider's own choice
 */
public record TlsSettings(
        Path certificateFile,
        Path keyFile,
        @Nullable String keyPassword,
        @Nullable Path trustFile,
        ClientAuth clientAuth,
        List<String> protocols,
        List<String> ciphers,
        Provider provider) {

    /** Whether clients show a certificate. One that is shown must be signed by the trusted. */
    public enum ClientAuth {
        NONE,
        WANT,
        REQUIRE
    }

    /** Who does the cryptography. */
    public enum Provider {
        /** The broker's OpenSSL where it runs, else the JDK. */
        AUTO,
        OPENSSL,
        JDK
    }

    /** Without the password: settings are logged and compared by people. */
    @Override
    public String toString() {
        return "TLS with " + certificateFile + ", " + keyFile + ", " + trustFile + ", client certificates " + clientAuth
                + ", " + protocols + " " + ciphers + ", " + provider;
    }
}
