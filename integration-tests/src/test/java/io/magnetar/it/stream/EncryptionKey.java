package io.magnetar.it.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;
import org.apache.pulsar.client.api.CryptoKeyReader;
import org.apache.pulsar.client.api.EncryptionKeyInfo;

/** A key with which a data engineer's producer encrypts. */
final class EncryptionKey implements CryptoKeyReader {
    private static final long serialVersionUID = 1L;
    private final transient KeyPair keys;

    EncryptionKey() throws NoSuchAlgorithmException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2_048);
        keys = generator.generateKeyPair();
    }

    private static EncryptionKeyInfo pem(String kind, byte[] key) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key);
        String pem = "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n";
        return new EncryptionKeyInfo(pem.getBytes(UTF_8), Map.of());
    }

    @Override
    public EncryptionKeyInfo getPublicKey(String name, Map<String, String> metadata) {
        return pem("PUBLIC KEY", keys.getPublic().getEncoded());
    }

    @Override
    public EncryptionKeyInfo getPrivateKey(String name, Map<String, String> metadata) {
        return pem("PRIVATE KEY", keys.getPrivate().getEncoded());
    }
}
