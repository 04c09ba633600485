package io.magnetar.mqtt.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The password of CONNECT, which is bytes, as text. Stateless. */
public final class Passwords {
    private Passwords() {}

    /** Nothing when there is none, or when it is no text in UTF-8: none is changed to be one. */
    public static Optional<String> text(byte @Nullable [] password) {
        if (password == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    UTF_8.newDecoder().decode(ByteBuffer.wrap(password)).toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }
}
