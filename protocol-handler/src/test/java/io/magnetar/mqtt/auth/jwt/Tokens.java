package io.magnetar.mqtt.auth.jwt;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Base64;
import javax.crypto.Mac;
import org.jspecify.annotations.Nullable;

/** Tokens that the JDK signs, without the library that verifies them. Stateless. */
final class Tokens {
    private Tokens() {}

    static KeyPair keys(String kind, Object size) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(kind);
        if (size instanceof Integer bits) {
            generator.initialize(bits);
        } else if (size instanceof String curve && !curve.isEmpty()) {
            generator.initialize(new ECGenParameterSpec(curve));
        }
        return generator.generateKeyPair();
    }

    /** The header and the payload, as they are signed. */
    private static String content(String algorithm, @Nullable String keyId, String claims) {
        String header = "{\"alg\":\"" + algorithm + "\",\"typ\":\"JWT\""
                + (keyId == null ? "" : ",\"kid\":\"" + keyId + "\"") + "}";
        return encoded(header.getBytes(UTF_8)) + "." + encoded(claims.getBytes(UTF_8));
    }

    static String unsigned(String claims) {
        return content("none", null, claims) + ".";
    }

    /** @param key a secret, or a private key */
    static String sign(String algorithm, @Nullable String keyId, String claims, Key key)
            throws GeneralSecurityException {
        String content = content(algorithm, keyId, claims);
        return content + "." + encoded(signature(algorithm, key, content.getBytes(UTF_8)));
    }

    private static byte[] signature(String algorithm, Key key, byte[] content) throws GeneralSecurityException {
        String digits = algorithm.length() == 5 ? algorithm.substring(2) : "";
        if (algorithm.startsWith("HS")) {
            Mac mac = Mac.getInstance("HmacSHA" + digits);
            mac.init(key);
            return mac.doFinal(content);
        }
        Signature signature = switch (algorithm.substring(0, 2)) {
            case "RS" -> Signature.getInstance("SHA" + digits + "withRSA");
            case "PS" -> pss(digits);
            case "ES" -> Signature.getInstance("SHA" + digits + "withECDSAinP1363Format");
            default -> Signature.getInstance("EdDSA");
        };
        signature.initSign((PrivateKey) key);
        signature.update(content);
        return signature.sign();
    }

    private static Signature pss(String digits) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("RSASSA-PSS");
        String digest = "SHA-" + digits;
        signature.setParameter(
                new PSSParameterSpec(digest, "MGF1", new MGF1ParameterSpec(digest), Integer.parseInt(digits) / 8, 1));
        return signature;
    }

    /** A public key of a key set: RSA, or of the curve P-256. */
    static String jwk(String keyId, PublicKey key) {
        String common = "{\"kid\":\"" + keyId + "\",\"use\":\"sig\",";
        if (key instanceof RSAPublicKey rsa) {
            return common + "\"kty\":\"RSA\",\"n\":\"" + number(rsa.getModulus(), 0) + "\",\"e\":\""
                    + number(rsa.getPublicExponent(), 0) + "\"}";
        }
        ECPublicKey ec = (ECPublicKey) key;
        return common + "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\""
                + number(ec.getW().getAffineX(), 32) + "\",\"y\":\""
                + number(ec.getW().getAffineY(), 32) + "\"}";
    }

    static String keySet(String... keys) {
        return "{\"keys\":[" + String.join(",", keys) + "]}";
    }

    private static String number(BigInteger number, int length) {
        byte[] bytes = number.toByteArray();
        int sign = bytes.length > 1 && bytes[0] == 0 ? 1 : 0;
        int size = Math.max(length, bytes.length - sign);
        byte[] unsigned = new byte[size];
        System.arraycopy(bytes, sign, unsigned, size - (bytes.length - sign), bytes.length - sign);
        return encoded(unsigned);
    }

    private static String encoded(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
