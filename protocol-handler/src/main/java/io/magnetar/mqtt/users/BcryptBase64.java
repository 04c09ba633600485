package io.magnetar.mqtt.users;

import java.util.Base64;

/** Base 64 with bcrypt's own alphabet. Stateless. */
final class BcryptBase64 {
    private static final String OWN = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final String COMMON = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    private BcryptBase64() {}

    static String encode(byte[] bytes) {
        return translated(Base64.getEncoder().withoutPadding().encodeToString(bytes), COMMON, OWN);
    }

    /** @throws IllegalArgumentException when it is none */
    static byte[] decode(String text) {
        return Base64.getDecoder().decode(translated(text, OWN, COMMON));
    }

    private static String translated(String text, String from, String to) {
        StringBuilder translated = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            int place = from.indexOf(text.charAt(i));
            if (place < 0) {
                throw new IllegalArgumentException("no digit of bcrypt");
            }
            translated.append(to.charAt(place));
        }
        return translated.toString();
    }
}
