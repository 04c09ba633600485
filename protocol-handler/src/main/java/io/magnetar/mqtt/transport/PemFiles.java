package io.magnetar.mqtt.transport;

import io.magnetar.mqtt.listener.TlsSettings;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What the files of a listener's TLS held at one moment.
 *
 * <p>Thread: immutable.
 */
final class PemFiles {
    private final byte[] certificate;
    private final byte[] key;
    private final byte @Nullable [] trust;

    private PemFiles(byte[] certificate, byte[] key, byte @Nullable [] trust) {
        this.certificate = certificate;
        this.key = key;
        this.trust = trust;
    }

    static PemFiles read(TlsSettings settings) throws IOException {
        Path trust = settings.trustFile();
        return new PemFiles(
                Files.readAllBytes(settings.certificateFile()),
                Files.readAllBytes(settings.keyFile()),
                trust == null ? null : Files.readAllBytes(trust));
    }

    boolean equalsFiles(PemFiles other) {
        return Arrays.equals(certificate, other.certificate)
                && Arrays.equals(key, other.key)
                && Arrays.equals(trust, other.trust);
    }

    InputStream certificate() {
        return new ByteArrayInputStream(certificate);
    }

    InputStream key() {
        return new ByteArrayInputStream(key);
    }

    /** Null when clients are asked for no certificate. */
    @Nullable
    InputStream trust() {
        return trust == null ? null : new ByteArrayInputStream(trust);
    }
}
