package io.magnetar.it.distribution;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** What test messages say: their number, and a hash that is right for this number in this topic only. Thread: any. */
final class Content {
    private static final HexFormat HEX = HexFormat.of();

    private Content() {}

    static byte[] of(String topic, int number) {
        return (number + " " + HEX.formatHex(hash(topic + "/" + number))).getBytes(US_ASCII);
    }

    /** The number of a message; fails when it is not, to the last byte, what was published to the topic. */
    static int numberIn(String topic, byte[] payload) {
        String text = new String(payload, US_ASCII);
        int number = Integer.parseInt(text.substring(0, text.indexOf(' ')));
        if (!Arrays.equals(payload, of(topic, number))) {
            throw new AssertionError(topic + ": nobody published " + text);
        }
        return number;
    }

    private static byte[] hash(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}
