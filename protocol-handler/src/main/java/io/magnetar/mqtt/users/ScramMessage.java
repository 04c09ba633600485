package io.magnetar.mqtt.users;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a client says in SCRAM: attributes, a letter each, in the order that RFC 5802 section 7 lays down.
 *
 * <p>Thread: immutable.
 *
 * @param text as it came
 */
record ScramMessage(String text, List<String> parts) {
    private static final int MAX_BYTES = 4_096;

    /** @throws IllegalArgumentException with what is wrong */
    static ScramMessage of(byte[] data) {
        if (data.length == 0 || data.length > MAX_BYTES) {
            throw new IllegalArgumentException("a message of SCRAM has 1 to " + MAX_BYTES + " bytes");
        }
        try {
            String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(data)).toString();
            return new ScramMessage(text, new ArrayList<>(List.of(text.split(",", -1))));
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("a message of SCRAM is UTF-8");
        }
    }

    int size() {
        return parts.size();
    }

    String part(int index) {
        return index < parts.size() ? parts.get(index) : "";
    }

    /** The value of an attribute at its place. */
    String value(int index, char attribute) {
        String part = part(index);
        if (part.length() < 3 || part.charAt(0) != attribute || part.charAt(1) != '=') {
            throw new IllegalArgumentException("'" + attribute + "=' is missing at its place in the message of SCRAM");
        }
        return part.substring(2);
    }

    /** A name as it is meant: a comma and an equals sign are written as =2C and =3D. */
    static String name(String written) {
        StringBuilder name = new StringBuilder(written.length());
        for (int i = 0; i < written.length(); i++) {
            char c = written.charAt(i);
            if (c != '=') {
                name.append(c);
            } else if (written.startsWith("=2C", i)) {
                name.append(',');
                i += 2;
            } else if (written.startsWith("=3D", i)) {
                name.append('=');
                i += 2;
            } else {
                throw new IllegalArgumentException("in a user name of SCRAM '=' is written as =3D and ',' as =2C");
            }
        }
        return name.toString();
    }
}
