package io.magnetar.mqtt.auth.jwt;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Public keys in files. Stateless. */
public final class PublicKeys {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN (PUBLIC KEY|CERTIFICATE)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");
    private static final List<String> KINDS = List.of("RSA", "EC", "EdDSA");
    private static final int MAX_BYTES = 1 << 20;

    private PublicKeys() {}

    /**
     * Reads all keys and certificates of a PEM file, or the one key of a DER file.
     *
     * @throws IllegalArgumentException when there is none, or one that is not understood
     */
    public static List<PublicKey> read(Path file) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw new IllegalArgumentException("it has more than " + MAX_BYTES + " bytes");
        }
        byte[] content = Files.readAllBytes(file);
        String text = new String(content, ISO_8859_1);
        if (!text.contains("-----BEGIN ")) {
            return List.of(key(content));
        }
        List<PublicKey> keys = new ArrayList<>();
        Matcher block = BLOCK.matcher(text);
        while (block.find()) {
            byte[] encoded = Base64.getMimeDecoder().decode(block.group(2));
            keys.add(block.group(1).equals("CERTIFICATE") ? ofCertificate(encoded) : key(encoded));
        }
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("there is no public key and no certificate in it");
        }
        return keys;
    }

    private static PublicKey ofCertificate(byte[] encoded) {
        try {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(encoded))
                    .getPublicKey();
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("a certificate in it cannot be read", e);
        }
    }

    private static PublicKey key(byte[] encoded) {
        for (String kind : KINDS) {
            try {
                return KeyFactory.getInstance(kind).generatePublic(new X509EncodedKeySpec(encoded));
            } catch (GeneralSecurityException e) {
                // Of another kind.
            }
        }
        throw new IllegalArgumentException("a key in it is of no kind that is known here");
    }
}
